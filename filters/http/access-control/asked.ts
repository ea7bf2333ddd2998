import { Bytes, getHeader, getHeaders, getProperty, HeaderMapType, HeaderPairs, Slice, Writer } from "meltemi/assembly";
import { originalValue } from "meltemi/assembly/attributes";

// The peer's name as its certificate has it, in the order in which Envoy's RBAC filter looks.
const URI = Slice.fixed("connection\0uri_san_peer_certificate");
const DNS = Slice.fixed("connection\0dns_san_peer_certificate");
const SUBJECT = Slice.fixed("connection\0subject_peer_certificate");
const SPIFFE = Slice.fixed("spiffe://");
const NAMESPACE = Slice.fixed("/ns/");
const PATH = Slice.fixed(":path");
const AUTHORITY = Slice.fixed(":authority");
const SLASH: u8 = 0x2f;
const QUESTION: u8 = 0x3f;
const CLOSE: u8 = 0x5d;

const scratch = new Writer();

/** What is known of the current request, each thing looked up when it is first asked for. */
class Asked {
  private knowsPrincipal: bool = false;
  private found: Slice | null = null;
  private knowsPath: bool = false;
  private path: Slice = Slice.empty();

  /** Forgets the request before. */
  begin(): void {
    this.knowsPrincipal = false;
    this.found = null;
    this.knowsPath = false;
    this.path = Slice.empty();
  }

  /** Who the peer's certificate says it is, without `spiffe://`; null: it showed none. */
  principal(): Slice | null {
    if (this.knowsPrincipal) return this.found;
    this.knowsPrincipal = true;
    let name = getProperty(URI);
    if (name == null || name.length == 0) name = getProperty(DNS);
    if (name == null || name.length == 0) name = getProperty(SUBJECT);
    if (name == null || name.length == 0) return null;
    this.found = name.startsWith(SPIFFE) ? from(name, SPIFFE.length) : name;
    return this.found;
  }

  /** `<trust domain>/ns/<namespace>/sa/<account>`: the peer's namespace; null where its name is not of this form. */
  namespace(): Slice | null {
    const name = this.principal();
    if (name == null) return null;
    const start = slashAt(name, 0);
    const rest = from(name, start);
    if (!rest.startsWith(NAMESPACE)) return null;
    const namespace = from(rest, NAMESPACE.length);
    return Slice.view(namespace.ptr, slashAt(namespace, 0));
  }

  /** `/<service>/<operation>`, as a codec writes it; escapes are undone. A single part is a service. */
  service(): Slice | null {
    const path = this.target();
    return path.length == 0 ? getHeader(HeaderMapType.HttpRequestHeaders, AUTHORITY) : part(path, 0);
  }

  operation(): Slice | null {
    const path = this.target();
    const slash = slashAt(path, 0);
    return slash == path.length ? null : part(path, slash + 1);
  }

  /** All headers, from the first. */
  headers(): HeaderPairs {
    return getHeaders(HeaderMapType.HttpRequestHeaders);
  }

  /** `details`, a name and a bracket. */
  words(details: Slice, name: Bytes): Slice {
    scratch.reset();
    scratch.bytes(details);
    scratch.bytes(name.view());
    scratch.u8(CLOSE);
    return scratch.view();
  }

  /** The path without its first slash and its query. */
  private target(): Slice {
    if (this.knowsPath) return this.path;
    this.knowsPath = true;
    const path = getHeader(HeaderMapType.HttpRequestHeaders, PATH);
    if (path == null || path.length == 0 || path.at(0) != SLASH) return this.path;
    let end = 1;
    while (end < path.length && path.at(end) != QUESTION) end++;
    this.path = Slice.view(path.ptr + 1, end - 1);
    return this.path;
  }
}

/** Of the request that is judged now. */
export const asked = new Asked();

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

function from(text: Slice, start: i32): Slice {
  return Slice.view(text.ptr + <usize>start, text.length - start);
}
