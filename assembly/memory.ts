import { afterCollections } from "./collector";
import { Gauge } from "./hostcalls";

const PAGE_BYTES: i64 = 65536;

let gauge: Gauge | null = null;
/** What this VM has added to the gauge. */
let told: i64 = 0;

/**
 * Keeps the gauge at the linear memory of all VMs together: each adds what it grew by, told here and after collections
 * of garbage. To be called when a connection or request begins; not in `onConfigure`, which also runs in a VM that never
 * sees one.
 */
export function watchMemory(into: Gauge): void {
  if (gauge == null) {
    gauge = into;
    afterCollections(tell);
  }
  tell();
}

/** For the dispatcher, when the last plugin is gone: the VM ends, and its memory counts no more. */
export function forgetMemory(): void {
  const into = gauge;
  if (into != null) into.add(-told);
  told = 0;
  gauge = null;
}

function tell(): void {
  const now = <i64>memory.size() * PAGE_BYTES;
  const into = gauge;
  if (into == null || now == told) return;
  into.add(now - told);
  told = now;
}
