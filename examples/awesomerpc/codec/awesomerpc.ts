import {
  Codec,
  Failure,
  Frame,
  Kind,
  Metadata,
  Mutation,
  Outcome,
  Reader,
  Scan,
  Slice,
  Traits,
  Writer,
} from "meltemi/assembly";

// frame   = length u32 (bytes after this field), magic u8, kind u8, id u64, body          all numbers big-endian
// body    = request, one-way: service str8, method str8, headers, payload;  response: status u16, headers, payload
// headers = count u16, each: name str16, value str16                        strN: length uN, bytes
const HEAD: i32 = 14;
const MAGIC: u8 = 0xa7;
const KINDS: StaticArray<Kind> = [Kind.Request, Kind.OneWay, Kind.Response, Kind.Ping, Kind.Pong, Kind.Drain];
// For NoRoute, Unavailable, Timeout, Denied, Limited, TooLarge, Unreadable, Fault.
const STATUSES: StaticArray<i32> = [3, 4, 5, 6, 7, 8, 2, 9];

const SERVICE = Slice.fixed("service");
const METHOD = Slice.fixed("method");
const TIMEOUT = Slice.fixed("timeout-ms");

export class AwesomeRpc extends Codec {
  private input: Reader = new Reader();
  private changed: Metadata = new Metadata();

  traits(): Traits {
    const traits = new Traits();
    traits.ids = true;
    traits.heartbeat = true;
    return traits;
  }

  scan(input: Reader, frame: Frame): Scan {
    const length = <u64>input.u32() + 4;
    const magic = input.u8();
    if (input.ok && magic != MAGIC) return Scan.Bad;
    const kind = input.u8();
    const id = input.u64();
    if (!input.ok) return Scan.More;
    return kind >= <u8>KINDS.length || length < <u64>HEAD ? Scan.Bad : frame.is(KINDS[kind], HEAD, length, id);
  }

  decode(frame: Frame, meta: Metadata): bool {
    const input = this.input.over(frame.bytes);
    input.skip(HEAD);
    if (frame.kind == Kind.Response) {
      meta.code = input.u16();
      meta.outcome = outcomeOf(meta.code);
    } else {
      meta.service = input.bytes8();
      meta.operation = input.bytes8();
      meta.set(SERVICE, meta.service);
      meta.set(METHOD, meta.operation);
    }
    for (let count = input.u16(); count > 0 && input.ok; count--) meta.add(input.bytes16(), input.bytes16());
    meta.timeoutMs = meta.number(TIMEOUT);
    return input.ok;
  }

  encode(frame: Frame, changes: Mutation, out: Writer): bool {
    const meta = this.changed;
    meta.clear();
    if (!this.decode(frame, meta) || !meta.apply(changes)) return false;
    const headers = meta.length - meta.own;
    const start = begin(out, frame.kind, frame.id);
    if (frame.kind == Kind.Response) out.u16(meta.code);
    for (let i = 0; i < meta.own; i++) out.bytes8(meta.valueAt(i));
    out.u16(headers);
    for (let i = meta.own; i < meta.length; i++) {
      out.bytes16(meta.nameAt(i));
      out.bytes16(meta.valueAt(i));
    }
    out.bytes(this.input.rest());
    out.patchLength(start);
    return out.ok && headers <= 0xffff;
  }

  fail(request: Frame, why: Failure, out: Writer): void {
    const start = begin(out, Kind.Response, request.id);
    out.u16(why.codeIn(STATUSES, 0xffff));
    out.u16(0);
    out.bytes(why.message);
    out.patchLength(start);
  }

  rename(frame: Frame, id: u64): void {
    store<u64>(frame.bytes.ptr, bswap<u64>(id), 6);
  }

  ping(id: u64, out: Writer): void {
    out.patchLength(begin(out, Kind.Ping, id));
  }

  pong(ping: Frame, out: Writer): void {
    out.patchLength(begin(out, Kind.Pong, ping.id));
  }

  drain(out: Writer): bool {
    out.patchLength(begin(out, Kind.Drain, 0));
    return true;
  }
}

/** 0 ok, 1 the application's no, 2 bad, 3 not found, 4 unavailable, 5 timeout, 6 denied, 7 limited, 8 too large, 9 fault. */
function outcomeOf(status: i32): Outcome {
  if (status == 5) return Outcome.Timeout;
  if (status == 4 || status > 8) return Outcome.ServerError;
  return status == 0 ? Outcome.Ok : status == 1 ? Outcome.BusinessError : Outcome.ClientError;
}

/** Begins a frame; returns where its length stands, to be patched when all is written. */
function begin(out: Writer, kind: Kind, id: u64): i32 {
  const start = out.reserve(4);
  out.u8(MAGIC);
  out.u8(KINDS.indexOf(kind));
  out.u64(id);
  return start;
}
