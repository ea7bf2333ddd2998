import { BufferType, Bytes, Fields, getBuffer, getHeader, HeaderMapType, Slice } from "meltemi/assembly";
import { RemoteKeys } from "./remote-keys";

const STATUS = Slice.fixed(":status");
const OK: i32 = 200;
/** A larger answer is no key set. */
const MOST_BYTES: i32 = 1048576;
const REFRESH_MS: f64 = 300000;
const TIMEOUT_MS: f64 = 5000;
const LONGEST_MS: f64 = 86400000;

/** The key sets that are fetched, one for each place that they come from, whichever routes want them. */
export class RemoteKeySets {
  private byPlace: Map<string, RemoteKeys> = new Map();

  /** `{"cluster": …, "uri": …, "refresh": MS, "timeout": MS}`; what is wrong goes to the fields' problems. */
  read(fields: Fields): RemoteKeys {
    const cluster = fields.requiredString("cluster");
    const uri = fields.requiredString("uri");
    const refresh = fields.integer("refresh", REFRESH_MS, 1, LONGEST_MS);
    const timeout = fields.integer("timeout", TIMEOUT_MS, 1, LONGEST_MS);
    fields.done();
    const scheme = uri.indexOf("://");
    if (scheme < 0) fields.problems.add(fields.path + ".uri", "a URI such as https://issuer.test/keys", null);
    const rest = uri.substring(scheme < 0 ? 0 : scheme + 3);
    const slash = rest.indexOf("/");
    const authority = slash < 0 ? rest : rest.substring(0, slash);
    const path = slash < 0 ? "/" : rest.substring(slash);
    const place = [cluster, uri, refresh.toString(), timeout.toString()].join("\n");
    if (this.byPlace.has(place)) return this.byPlace.get(place);
    const keys = new RemoteKeys(Bytes.of(cluster), Bytes.of(authority), Bytes.of(path), <i64>refresh, <u32>timeout);
    if (fields.problems.none) this.byPlace.set(place, keys);
    return keys;
  }

  /**
   * In the callback of a callout's answer.
   * @returns whether it brought a key set
   */
  answered(token: u32, headers: i32, bodySize: i32, now: i64): bool {
    const all = this.byPlace.values();
    for (let i = 0; i < all.length; i++) {
      if (all[i].awaits(token)) return all[i].answered(goodBody(headers, bodySize), now);
    }
    return false;
  }
}

function goodBody(headers: i32, size: i32): Slice | null {
  const status = headers > 0 ? getHeader(HeaderMapType.HttpCallResponseHeaders, STATUS) : null;
  if (status == null || status.decimal() != OK || size > MOST_BYTES) return null;
  return getBuffer(BufferType.HttpCallResponseBody, 0, size);
}
