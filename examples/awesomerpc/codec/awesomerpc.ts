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
const MAGIC: u8 = 0xa7;
const HEAD: u32 = 14;
const KINDS: StaticArray<Kind> = [Kind.Request, Kind.OneWay, Kind.Response, Kind.Ping, Kind.Pong, Kind.Drain];
const RESPONSE = 2;
const PING = 3;
const PONG = 4;
const GOAWAY: u8 = 5;

const STATUS_OF_CAUSE: StaticArray<u16> = [3, 4, 5, 6, 7, 8, 2, 9];

const SERVICE = Slice.fixed("service");
const METHOD = Slice.fixed("method");
const TIMEOUT = Slice.fixed("timeout-ms");

export class AwesomeRpc extends Codec {
  private input: Reader = new Reader();

  traits(): Traits {
    const traits = new Traits();
    traits.ids = true;
    traits.heartbeat = true;
    return traits;
  }

  scan(input: Reader, frame: Frame): Scan {
    const length = input.u32();
    const magic = input.u8();
    if (input.ok && magic != MAGIC) return Scan.Bad;
    const kind = input.u8();
    const id = input.u64();
    if (!input.ok) return Scan.More;
    return kind > GOAWAY || length < HEAD - 4 ? Scan.Bad : frame.is(KINDS[kind], HEAD, <u64>length + 4, id);
  }

  decode(frame: Frame, meta: Metadata): bool {
    const input = this.input.over(frame.bytes);
    input.skip(HEAD);
    if (frame.kind == Kind.Response) {
      meta.code = input.u16();
      meta.outcome = outcomeOf(meta.code);
    } else {
      meta.service = input.bytes(input.u8());
      meta.operation = input.bytes(input.u8());
      meta.set(SERVICE, meta.service);
      meta.set(METHOD, meta.operation);
    }
    for (let count = input.u16(); count > 0 && input.ok; count--) {
      const name = input.bytes(input.u16());
      const value = input.bytes(input.u16());
      meta.add(name, value);
      if (name.equalsIgnoreCase(TIMEOUT)) meta.timeoutMs = value.decimal();
    }
    return input.ok;
  }

  encode(frame: Frame, changes: Mutation, out: Writer): bool {
    const input = this.input.over(frame.bytes);
    const start = out.length;
    out.bytes(input.bytes(HEAD));
    if (frame.kind == Kind.Response) out.u16(input.u16());
    else for (let i = 0; i < 2; i++) str8(out, own(changes, i == 0 ? SERVICE : METHOD, input.bytes(input.u8())));
    const countAt = out.reserve(2);
    let kept: u32 = 0;
    for (let count = input.u16(); count > 0; count--) {
      const name = input.bytes(input.u16());
      const value = input.bytes(input.u16());
      const change = changes.find(name);
      if (change >= 0 && changes.removed(change)) continue;
      kept += header(out, name, change < 0 ? value : changes.value(change));
    }
    for (let i = 0; i < changes.additions; i++) kept += header(out, changes.addedName(i), changes.addedValue(i));
    out.patchU16(countAt, kept);
    out.bytes(input.rest());
    out.patchU32(start, out.length - start - 4);
    return input.ok && kept <= 0xffff;
  }

  fail(request: Frame, why: Failure, out: Writer): void {
    const start = control(out, RESPONSE, request.id);
    out.u16(STATUS_OF_CAUSE[why.cause]);
    out.u16(0);
    out.bytes(why.message);
    out.patchU32(start, out.length - start - 4);
  }

  rename(frame: Frame, id: u64): void {
    store<u64>(frame.bytes.ptr, bswap<u64>(id), 6);
  }

  ping(id: u64, out: Writer): void {
    control(out, PING, id);
  }

  pong(ping: Frame, out: Writer): void {
    control(out, PONG, ping.id);
  }

  drain(out: Writer): bool {
    control(out, GOAWAY, 0);
    return true;
  }
}

/** 0 ok, 1 the application's no, 2 bad, 3 not found, 4 unavailable, 5 timeout, 6 denied, 7 limited, 8 too large, 9 fault. */
function outcomeOf(status: i32): Outcome {
  if (status == 5) return Outcome.Timeout;
  if (status == 4 || status > 8) return Outcome.ServerError;
  return status == 0 ? Outcome.Ok : status == 1 ? Outcome.BusinessError : Outcome.ClientError;
}

/** Writes a frame without a body; its position, where the length is patched once there is one. */
function control(out: Writer, kind: u32, id: u64): i32 {
  const start = out.reserve(4);
  out.u8(MAGIC);
  out.u8(kind);
  out.u64(id);
  out.patchU32(start, HEAD - 4);
  return start;
}

function header(out: Writer, name: Slice, value: Slice): u32 {
  if (name.length > 0xffff || value.length > 0xffff) return 0;
  out.u16(name.length);
  out.bytes(name);
  out.u16(value.length);
  out.bytes(value);
  return 1;
}

/** An own attribute's value after the changes; one too long for its field, or removed, stays as it was. */
function own(changes: Mutation, name: Slice, value: Slice): Slice {
  const change = changes.find(name);
  if (change < 0 || changes.removed(change)) return value;
  return changes.value(change).length > 0xff ? value : changes.value(change);
}

function str8(out: Writer, text: Slice): void {
  out.u8(text.length);
  out.bytes(text);
}
