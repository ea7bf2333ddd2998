import { Codec, Failure, Frame, Kind, Metadata, Mutation, Reader, Scan, Traits, Writer } from "meltemi/assembly";
import { Fastjson2 } from "./fastjson2";
import { Hessian2 } from "./hessian2";
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  FASTJSON2,
  HEAD,
  HESSIAN2,
  ID_AT,
  LENGTH_AT,
  OK,
  scanFrame,
  serializationOf,
  statusFor,
  wantsAnswer,
  writeAnswer,
  writeException,
  writePing,
  writePong,
  writeReadOnly,
} from "./message";
import { Serialization } from "./serialization";
import { Settings } from "./settings";

const hessian2 = new Hessian2();
const fastjson2 = new Fastjson2();

/** Dubbo 2: the protocol `dubbo://` of Dubbo 2.5 to 3.3. */
export class Dubbo extends Codec {
  constructor(private settings: Settings = new Settings()) {
    super();
  }

  traits(): Traits {
    const traits = new Traits();
    traits.ids = true;
    traits.heartbeat = true;
    return traits;
  }

  scan(input: Reader, frame: Frame): Scan {
    return scanFrame(input, frame);
  }

  decode(frame: Frame, meta: Metadata): bool {
    if (frame.bytes.length < HEAD) return false;
    const values = valuesOf(frame);
    if (frame.kind == Kind.Response) return decodeResponse(frame, values, meta);
    if (frame.kind != Kind.Request && frame.kind != Kind.OneWay) return true;
    return values != null && decodeRequest(frame, values, meta);
  }

  encode(frame: Frame, changes: Mutation, out: Writer): bool {
    if (frame.bytes.length < HEAD) return false;
    const values = valuesOf(frame);
    if (!values) return false;
    const start = out.length;
    let done = false;
    if (frame.kind == Kind.Response) done = encodeResponse(frame, values, changes, out);
    else if (frame.kind == Kind.Request || frame.kind == Kind.OneWay) done = encodeRequest(frame, values, changes, out);
    if (done) out.patchLength(start + LENGTH_AT);
    else out.truncate(start);
    return done;
  }

  /** A one-way request gets no answer. In a serialization that we do not write, the answer is in Hessian. */
  fail(request: Frame, why: Failure, out: Writer): void {
    if (request.bytes.length < HEAD || !wantsAnswer(request.bytes)) return;
    const start = out.length;
    const fast = serializationOf(request.bytes) == FASTJSON2;
    const values: Serialization = fast ? fastjson2 : hessian2;
    const exception = why.exception.length > 0;
    writeAnswer(out, fast ? FASTJSON2 : HESSIAN2, exception ? OK : statusFor(why), request.id);
    if (exception) writeException(out, values, why.exception, why.explain());
    else values.writeText(out, why.explain());
    out.patchLength(start + LENGTH_AT);
  }

  rename(frame: Frame, id: u64): void {
    store<u64>(frame.bytes.ptr, bswap<u64>(id), ID_AT);
    frame.id = id;
  }

  ping(id: u64, out: Writer): void {
    writePing(out, id);
  }

  pong(ping: Frame, out: Writer): void {
    writePong(out, ping);
  }

  drain(out: Writer): bool {
    if (this.settings.readOnlyEvent) writeReadOnly(out);
    return this.settings.readOnlyEvent;
  }
}


@inline
function valuesOf(frame: Frame): Serialization | null {
  const id = serializationOf(frame.bytes);
  if (id == HESSIAN2) return hessian2;
  return id == FASTJSON2 ? fastjson2 : null;
}
