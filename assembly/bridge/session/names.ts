import { Status } from "../../abi";
import { FNV_OFFSET, fnv1a64 } from "../../attributes";
import { Slice, Writer } from "../../bytes";
import { getSharedData, setSharedData } from "../../hostcalls";

/** Where a session went. */
export class Whereabouts {
  constructor(
    readonly cluster: Slice,
    readonly backend: Slice,
  ) {}
}

// Sessions are known to all workers by shared data, whose keys can never be given back. So there is a fixed number of
// keys, and each has a list:  *( total u32, name str16, cluster str16, backend str16 )
// A key costs about 100 bytes for good, whatever it has; a list is read and written as a whole: with 100,000 sessions at a
// time it has 25 entries, some 2 KB.
const BUCKETS: u64 = 4096;
const PREFIX = Slice.fixed("meltemi.session.");
// Other workers may write the same list at the same time.
const ATTEMPTS: i32 = 8;

const key = new Writer();
const list = new Writer();

/** Makes a session known by this name. */
export function remember(name: Slice, to: Whereabouts): void {
  change(name, to);
}

/** The session is no more. */
export function forget(name: Slice): void {
  change(name, null);
}

/** Where the session of this name is; null where there is none. */
export function whereabouts(name: Slice): Whereabouts | null {
  const found = getSharedData(keyOf(name));
  if (found == null) return null;
  const entry = find(found.value, name);
  if (entry.length == 0) return null;
  let at = entry.ptr + 4;
  at += 2 + <usize>load<u16>(at);
  const cluster = Slice.view(at + 2, load<u16>(at));
  at += 2 + <usize>cluster.length;
  return new Whereabouts(cluster, Slice.view(at + 2, load<u16>(at)));
}

function change(name: Slice, to: Whereabouts | null): void {
  for (let i = 0; i < ATTEMPTS; i++) {
    const found = getSharedData(keyOf(name));
    const old = found == null ? Slice.empty() : found.value;
    list.reset();
    const known = find(old, name);
    const before = known.length == 0 ? old.length : <i32>(known.ptr - old.ptr);
    list.copy(old.ptr, before);
    if (known.length > 0) list.copy(known.end, <i32>(old.end - known.end));
    if (to != null) add(name, to);
    if (setSharedData(keyOf(name), list.view(), found == null ? 0 : found.cas) != Status.CasMismatch) return;
  }
}

function add(name: Slice, to: Whereabouts): void {
  list.u32le(10 + name.length + to.cluster.length + to.backend.length);
  list.u16le(name.length);
  list.bytes(name);
  list.u16le(to.cluster.length);
  list.bytes(to.cluster);
  list.u16le(to.backend.length);
  list.bytes(to.backend);
}

/** The entry of this name; empty where there is none. */
function find(all: Slice, name: Slice): Slice {
  let at = all.ptr;
  while (at < all.end) {
    const total = load<u32>(at);
    if (Slice.view(at + 6, load<u16>(at, 4)).equals(name)) return Slice.view(at, total);
    at += <usize>total;
  }
  return Slice.empty();
}

function keyOf(name: Slice): Slice {
  key.reset();
  key.bytes(PREFIX);
  key.decimal(fnv1a64(FNV_OFFSET, name) % BUCKETS);
  return key.view();
}
