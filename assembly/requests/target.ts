import { HeaderMapType } from "../abi";
import { originalValue } from "../attributes";
import { Slice } from "../bytes";
import { getHeader } from "../hostcalls";

const PATH = Slice.fixed(":path");
const AUTHORITY = Slice.fixed(":authority");
const SLASH: u8 = 0x2f;
const QUESTION: u8 = 0x3f;

/**
 * What a request is for, by its path `/<service>/<operation>` as a codec writes it; escapes are undone. One object serves
 * one request after the other; views are good until the callback returns.
 */
export class RequestTarget {
  private path: Slice | null = null;

  /** Forgets the request before; in a callback of the request's headers. */
  begin(): void {
    this.path = null;
  }

  /** A path without parts has its authority for a service. */
  service(): Slice | null {
    const path = this.parts();
    return path.length == 0 ? getHeader(HeaderMapType.HttpRequestHeaders, AUTHORITY) : part(path, 0);
  }

  /** Null: the path has one part, or none. */
  operation(): Slice | null {
    const path = this.parts();
    const slash = slashAt(path, 0);
    return slash == path.length ? null : part(path, slash + 1);
  }

  /** The path without its first slash and its query. */
  private parts(): Slice {
    const known = this.path;
    if (known != null) return known;
    let found = getHeader(HeaderMapType.HttpRequestHeaders, PATH);
    if (found == null || found.length == 0 || found.at(0) != SLASH) found = Slice.empty();
    let end = 0;
    while (end < found.length && found.at(end) != QUESTION) end++;
    const path = end == 0 ? found : Slice.view(found.ptr + 1, end - 1);
    this.path = path;
    return path;
  }
}

/** The part of a path that begins at `start`. */
function part(path: Slice, start: i32): Slice {
  return originalValue(Slice.view(path.ptr + <usize>start, slashAt(path, start) - start));
}

/** Where the next slash stands, or the end. */
function slashAt(text: Slice, start: i32): i32 {
  let at = start;
  while (at < text.length && text.at(at) != SLASH) at++;
  return at;
}
