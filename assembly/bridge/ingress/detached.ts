import { Bytes, Slice } from "../../bytes";
import { Metadata } from "../../codec";
import { HeaderPairsWriter, httpCall } from "../../hostcalls";
import { PEER, peerName } from "../../requests";
import { addOneWayHeaders, AttributeForms, Trace } from "../headers";

// What the proxy may hold of one-way requests whose callers need not be there any more, in each worker.
const MOST_BYTES: i32 = 16777216;
// ABI: a header map has no more pairs than this.
const MOST_HEADERS: i32 = 1000;
const TIMEOUT_MS: u32 = 60000;

const pairs = new HeaderPairsWriter();
/** Bytes of each callout that is under way, by its token. */
const sizes = new Map<u32, i32>();
let bytes: i32 = 0;

/**
 * Sends a one-way request as a callout of the plugin, through a cluster that leads back to the same routes. A client may
 * close right after sending; on its own connection the proxy would then drop whatever is not forwarded yet.
 * @returns false where it must go the ordinary way
 */
export function sendDetached(
  cluster: Bytes,
  meta: Metadata | null,
  forms: AttributeForms,
  body: Slice,
  trace: Trace,
): bool {
  if (bytes + body.length > MOST_BYTES || forms.length > MOST_HEADERS) return false;
  addOneWayHeaders(pairs, meta, forms, trace);
  const peer = peerName();
  if (peer != null) pairs.add(PEER, peer);
  const token = httpCall(cluster.view(), pairs.take(), body, Slice.empty(), TIMEOUT_MS);
  if (token == 0) return false;
  sizes.set(token, body.length);
  bytes += body.length;
  return true;
}

/** A callout has ended, in whatever way: nobody waits for the answer to a one-way request. */
export function detachedEnded(token: u32): void {
  if (!sizes.has(token)) return;
  bytes -= sizes.get(token);
  sizes.delete(token);
}
