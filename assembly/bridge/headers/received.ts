import { Slice } from "../../bytes";
import { Digest, isAttributeHeader } from "../../attributes";
import { HeaderList } from "../hpack";
import {
  BUSINESS_ERROR,
  CODE,
  DIGEST,
  EXCEPTION,
  FAULT,
  KIND,
  NAMES,
  ONE_WAY,
  OPAQUE,
  OUTCOME,
  STATE,
  STATUS,
  TRACE,
} from "./names";
import { isTraceHeader } from "./trace";

/** What one pass over a message's headers tells. Reused from message to message. */
export class Received {
  /** `:status`; zero on requests. */
  status: i32 = 0;
  /**
   * The message comes from the other codec: Envoy's own answers have neither a digest nor a protocol's code. An answer that
   * a rule asked for may have a code, and is not the codec's all the same.
   */
  marked: bool = false;
  /** The attribute headers are what the other codec wrote. */
  untouched: bool = false;
  oneWay: bool = false;
  opaque: bool = false;
  /** Of an answer, the protocol's own status, and whether it is the application's error. */
  code: i32 = 0;
  business: bool = false;
  /** `Metadata.state` of a request. */
  state: i32 = 0;
  private digest: Digest = new Digest();
  private traceDigest: Digest = new Digest();

  read(headers: HeaderList): void {
    this.status = 0;
    this.oneWay = false;
    this.opaque = false;
    this.state = 0;
    this.code = 0;
    this.business = false;
    this.digest.reset();
    this.traceDigest.reset();
    let sent: Slice | null = null;
    let coded = false;
    let ruled = false;
    let passed = false;
    for (let i = 0; i < headers.length; i++) {
      const name = headers.nameAt(i);
      const value = headers.valueAt(i);
      if (isAttributeHeader(name)) (isTraceHeader(name) ? this.traceDigest : this.digest).add(name, value);
      else if (name.equals(DIGEST)) sent = value;
      else if (name.equals(CODE)) {
        coded = true;
        this.code = value.decimal();
      } else if (name.equals(OUTCOME)) this.business = value.equals(BUSINESS_ERROR);
      else if (name.equals(FAULT)) ruled = true;
      else if (name.equals(TRACE)) passed = true;
      else if (name.equals(STATUS)) this.status = statusOf(value);
      else if (name.equals(STATE)) this.state = value.decimal();
      else if (name.equals(KIND)) {
        this.oneWay = value.equals(ONE_WAY);
        this.opaque = value.equals(OPAQUE);
      }
    }
    if (!passed) this.digest.join(this.traceDigest);
    // A filter's answer in a rule's words may have a code too, and is nobody's frame.
    this.marked = !ruled && (coded || sent != null);
    // A response without attributes comes without a digest.
    this.untouched = sent != null ? this.digest.matches(sent) : coded && this.digest.isEmpty;
  }
}

/** Must a message's headers be kept until its body is there? Only where they say something that the body does not. */
export function isMeaningful(name: Slice): bool {
  if (isAttributeHeader(name) || name.equals(NAMES) || name.equals(TRACE)) return true;
  return name.equals(FAULT) || name.equals(CODE) || name.equals(EXCEPTION);
}

function statusOf(value: Slice): i32 {
  let status = 0;
  for (let i = 0; i < value.length && i < 3; i++) status = status * 10 + (<i32>value.at(i) - 0x30);
  return status;
}
