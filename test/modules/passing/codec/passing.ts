import {
  BufferType,
  FilterStatus,
  Frame,
  getBuffer,
  Metadata,
  NetworkContext,
  Peer,
  RootContext,
  SessionCodec,
  setBuffer,
  Step,
  Writer,
} from "meltemi/assembly";
import { Passage, Side, Verdict } from "meltemi/assembly/bridge/tunnel";
import { PostgreSql } from "../../../../filters/codecs/postgresql/postgresql";

// PostgreSQL's codec in front of tcp_proxy: it reads each message as on the session lane, and the bytes stay what they
// are. So the bench can tell the codec's cost from that of a CONNECT stream. What the proxy answers itself has no place here.

const out = new Writer();
const reply = new Writer();
const meta = new Metadata();

export class PassingRoot extends RootContext {
  private protocol: PostgreSql = new PostgreSql();

  createNetworkContext(id: i32): NetworkContext {
    return new PassingConnection(id, this.protocol.connect());
  }
}

class PassingConnection extends NetworkContext implements Side {
  private client: Passage;
  private server: Passage;

  constructor(
    id: i32,
    private codec: SessionCodec,
  ) {
    super(id);
    this.client = new Passage(codec, Peer.Client);
    this.server = new Passage(codec, Peer.Server);
  }

  onDownstreamData(size: i32, endOfStream: bool): FilterStatus {
    return this.pass(this.client, BufferType.DownstreamData, size);
  }

  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    return this.pass(this.server, BufferType.UpstreamData, size);
  }

  private pass(passage: Passage, buffer: BufferType, size: i32): FilterStatus {
    if (size == 0) return FilterStatus.Continue;
    out.reset();
    passage.run(getBuffer(buffer, 0, size), this);
    setBuffer(buffer, 0, size, out.view());
    return FilterStatus.Continue;
  }

  judge(frame: Frame): Verdict {
    meta.clear();
    reply.reset();
    const codec = this.codec;
    const step =
      frame.from == Peer.Client ? codec.fromClient(frame, meta, reply) : codec.fromServer(frame, meta, reply);
    return step == Step.Replace ? Verdict.Skip : Verdict.Pass;
  }

  emitInstead(): void {
    out.bytes(reply.view());
  }

  emit(ptr: usize, length: i32): void {
    out.copy(ptr, length);
  }

  onDelete(): void {
    this.client.free();
    this.server.free();
  }
}
