import { Bytes, getHeader, getHeaders, HeaderMapType, HeaderPairs, Slice, Writer } from "meltemi/assembly";
import { PEER, peerName, RequestTarget } from "meltemi/assembly/requests";

const PATH = Slice.fixed(":path");
/** Neither service nor operation: what a codec writes of a frame that it could not read. */
const OPAQUE = Slice.fixed("/-/-");
const SPIFFE = Slice.fixed("spiffe://");
const NAMESPACE = Slice.fixed("/ns/");
const SLASH: u8 = 0x2f;
const CLOSE: u8 = 0x5d;

const scratch = new Writer();

/** What is known of the current request, each thing looked up when it is first asked for. */
class Asked {
  readonly target: RequestTarget = new RequestTarget();
  private behindCodec: bool = false;
  private knowsPrincipal: bool = false;
  private found: Slice | null = null;
  private knowsPath: bool = false;
  private opaque: bool = false;

  /**
   * Forgets the request before.
   * @param behindCodec headers with Meltemi's own names come from a codec, and not from a client
   */
  begin(behindCodec: bool): void {
    this.behindCodec = behindCodec;
    this.knowsPrincipal = false;
    this.found = null;
    this.knowsPath = false;
    this.target.begin();
  }

  /** No codec could read it: what it asks is not known. */
  isOpaque(): bool {
    if (this.knowsPath) return this.opaque;
    this.knowsPath = true;
    const path = this.behindCodec ? getHeader(HeaderMapType.HttpRequestHeaders, PATH) : null;
    this.opaque = path != null && path.equals(OPAQUE);
    return this.opaque;
  }

  /** Who the peer's certificate says it is, without `spiffe://`; null: it showed none. */
  principal(): Slice | null {
    if (this.knowsPrincipal) return this.found;
    this.knowsPrincipal = true;
    let name = peerName();
    if (name == null && this.behindCodec) name = getHeader(HeaderMapType.HttpRequestHeaders, PEER);
    if (name == null) return null;
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
}

/** Of the request that is judged now. */
export const asked = new Asked();

/** Where the next slash stands, or the end. */
function slashAt(text: Slice, start: i32): i32 {
  let at = start;
  while (at < text.length && text.at(at) != SLASH) at++;
  return at;
}

function from(text: Slice, start: i32): Slice {
  return Slice.view(text.ptr + <usize>start, text.length - start);
}
