import { Codec, Fields, Frame, Metadata, Peer, Protocol, Reader, Scan } from "meltemi/assembly";
import { AwesomeRpc } from "../../../../examples/awesomerpc/codec/awesomerpc";

const HEAD = 14;
const MOST = 64 << 20;

const NAMES = ["none", "trap", "split", "bomb", "leak", "hang", "join", "cut", "alter"];

/** The mistake that a codec makes. */
class Mistake {
  name: string = "none";
}

/** AwesomeRPC with its own settings: which mistake it makes. */
export class CarelessProtocol extends Protocol {
  private mistake: Mistake = new Mistake();

  configure(fields: Fields): void {
    this.mistake.name = fields.oneOf("mistake", "none", NAMES);
  }

  connect(peer: Peer): Codec {
    return new Careless(this.mistake);
  }
}

/** A codec with one of the mistakes that `meltemi codec check` is to find. */
class Careless extends AwesomeRpc {
  constructor(private readonly mistake: Mistake) {
    super();
  }

  scan(input: Reader, frame: Frame): Scan {
    const mistake = this.mistake.name;
    // A head in two pieces is taken for no frame.
    if (mistake == "split" && input.remaining > 0 && input.remaining < HEAD) return Scan.Bad;
    const found = super.scan(input, frame);
    // A kind that there is not is used all the same.
    if (mistake == "trap" && found == Scan.Bad) unreachable();
    if (mistake == "hang" && found == Scan.Bad) while (true) {}
    // Memory for the whole frame before it is there.
    if (mistake == "bomb" && found == Scan.Frame) heap.free(heap.alloc(<usize>min<u64>(frame.length, MOST)));
    if (mistake == "leak" && found == Scan.Frame) heap.alloc(4096);
    // What has come so far is one frame, however many it is.
    if (mistake == "join" && found == Scan.Frame) frame.length = max<u64>(frame.length, <u64>(HEAD + input.remaining));
    // There is always a whole head: what is not there is read all the same, far outside of the memory.
    if (mistake == "cut" && found == Scan.More) frame.id = load<u64>(0xfffffff0);
    return found;
  }

  decode(frame: Frame, meta: Metadata): bool {
    // Work that is done in the frame itself.
    if (this.mistake.name == "alter") store<u8>(frame.bytes.ptr + <usize>frame.bytes.length - 1, 0);
    return super.decode(frame, meta);
  }
}
