import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young generation as small as it begins. It would grow to 16 MiB, twice, and what dies there holds the buffers of
 * many connections: 40 MB and more of garbage, and resident memory that jumps by as much. Flags on the command line would need
 * another process; the limit itself is fixed once V8 runs, but not by how much it grows.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
