import { Slice } from "../../bytes";
import { Digest, headerHash, isAttributeHeader } from "../../attributes";
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
  VERSION,
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
  /** Of an answer, the version of the backend; null where nobody says it. Good for one callback. */
  version: Slice | null = null;
  /** `Metadata.state` of a request. */
  state: i32 = 0;
  private digest: Digest = new Digest();
  private sent: Slice | null = null;
  private passed: bool = false;
  private coded: bool = false;
  private ruled: bool = false;
  private traceDigest: Digest = new Digest();

  read(headers: HeaderList): void {
    this.status = 0;
    this.oneWay = false;
    this.opaque = false;
    this.state = 0;
    this.code = 0;
    this.business = false;
    this.version = null;
    this.digest.reset();
    this.traceDigest.reset();
    this.passed = false;
    this.sent = null;
    this.coded = false;
    this.ruled = false;
    for (let i = 0; i < headers.length; i++) {
      // What a header of the table means, or its hash, is worked out once for all messages that have it.
      const at = headers.noteAt(i);
      let note: u64 = at != 0 ? load<u64>(at) : 0;
      if (note == 0) {
        note = noteOf(headers.nameAt(i), headers.valueAt(i));
        if (at != 0) store<u64>(at, note);
      }
      if (note > <u64>Meaning.Other) (note & TRACED ? this.traceDigest : this.digest).add(note & ~TRACED);
      else if (note < <u64>Meaning.Other) this.take(<Meaning>note, headers.valueAt(i));
    }
    if (!this.passed) this.digest.join(this.traceDigest);
    const sent = this.sent;
    // A filter's answer in a rule's words may have a code too, and is nobody's frame.
    this.marked = !this.ruled && (this.coded || sent != null);
    // A response without attributes comes without a digest.
    this.untouched = sent != null ? this.digest.matches(sent) : this.coded && this.digest.isEmpty;
  }

  private take(meaning: Meaning, value: Slice): void {
    if (meaning == Meaning.Digest) this.sent = value;
    else if (meaning == Meaning.Code) {
      this.coded = true;
      this.code = value.decimal();
    } else if (meaning == Meaning.Outcome) this.business = value.equals(BUSINESS_ERROR);
    else if (meaning == Meaning.Fault) this.ruled = true;
    else if (meaning == Meaning.Version) this.version = value;
    else if (meaning == Meaning.Trace) this.passed = true;
    else if (meaning == Meaning.Status) this.status = statusOf(value);
    else if (meaning == Meaning.State) this.state = value.decimal();
    else if (meaning == Meaning.Kind) {
      this.oneWay = value.equals(ONE_WAY);
      this.opaque = value.equals(OPAQUE);
    }
  }
}

/** What a header that is no attribute says; larger numbers are the hashes of attributes. */
enum Meaning {
  None,
  Digest,
  Code,
  Outcome,
  Fault,
  Status,
  State,
  Kind,
  Trace,
  Version,
  Other,
}

/** Set in the hash of a header that tracers write. */
const TRACED: u64 = 1;

/** A header's meaning, or the hash of an attribute's. */
function noteOf(name: Slice, value: Slice): u64 {
  if (isAttributeHeader(name)) return headerHash(name, value) | (isTraceHeader(name) ? TRACED : 0);
  if (name.equals(DIGEST)) return Meaning.Digest;
  if (name.equals(CODE)) return Meaning.Code;
  if (name.equals(OUTCOME)) return Meaning.Outcome;
  if (name.equals(FAULT)) return Meaning.Fault;
  if (name.equals(STATUS)) return Meaning.Status;
  if (name.equals(STATE)) return Meaning.State;
  if (name.equals(TRACE)) return Meaning.Trace;
  if (name.equals(VERSION)) return Meaning.Version;
  return name.equals(KIND) ? Meaning.Kind : Meaning.Other;
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
