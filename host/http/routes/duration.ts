import type { Duration } from "@bufbuild/protobuf/wkt";

/** Milliseconds, fractions kept; undefined where absent. */
export function milliseconds(duration: Duration | undefined): number | undefined {
  return duration && Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}
