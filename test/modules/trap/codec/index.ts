import {
  Cause,
  Codec,
  Failure,
  Frame,
  Kind,
  Metadata,
  Mutation,
  Reader,
  Scan,
  Slice,
  Traits,
  Writer,
} from "meltemi/assembly";
import { registerCodec } from "meltemi/assembly/bridge";

// AwesomeRPC's frames (examples/awesomerpc), read only as far as this needs: length u32, magic u8, kind u8, id u64.
const MAGIC: u8 = 0xa7;
const HEAD = 14;
const KINDS: StaticArray<Kind> = [Kind.Request, Kind.OneWay, Kind.Response, Kind.Ping, Kind.Pong, Kind.Drain];

/** A request with this id meets a defect. */
const DEADLY: u64 = 0xdead;

/** A codec with a defect: one frame traps, as a bad index or an endless recursion in a user's codec would. */
class Trap extends Codec {
  traits(): Traits {
    const traits = new Traits();
    traits.ids = true;
    traits.heartbeat = true;
    return traits;
  }

  scan(input: Reader, frame: Frame): Scan {
    const length = input.u32();
    const magic = input.u8();
    const kind = input.u8();
    const id = input.u64();
    if (!input.ok) return Scan.More;
    if (magic != MAGIC || <i32>kind >= KINDS.length) return Scan.Bad;
    if (kind == 0 && id == DEADLY) unreachable();
    return frame.is(KINDS[kind], HEAD, <u64>length + 4, id);
  }

  decode(frame: Frame, meta: Metadata): bool {
    meta.service = Slice.fixed("trap");
    return true;
  }

  encode(frame: Frame, changes: Mutation, out: Writer): bool {
    return false;
  }

  fail(request: Frame, why: Failure, out: Writer): void {
    out.u32(HEAD + why.message.length);
    control(out, 2, request.id);
    out.u16(why.cause == Cause.NoRoute ? 3 : 4);
    out.u16(0);
    out.bytes(why.message);
  }

  rename(frame: Frame, id: u64): void {
    store<u64>(frame.bytes.ptr, bswap<u64>(id), 6);
  }

  ping(id: u64, out: Writer): void {
    out.u32(HEAD - 4);
    control(out, 3, id);
  }

  pong(ping: Frame, out: Writer): void {
    out.u32(HEAD - 4);
    control(out, 4, ping.id);
  }
}

/** What follows the length in every frame. */
function control(out: Writer, kind: u32, id: u64): void {
  out.u8(MAGIC);
  out.u8(kind);
  out.u64(id);
}

registerCodec("trap", (): Codec => new Trap());

export * from "meltemi/assembly/proxy";
