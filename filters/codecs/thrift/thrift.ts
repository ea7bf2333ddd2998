import { Codec, Failure, Frame, Kind, Metadata, Mutation, Peer, Reader, Scan, Traits, Writer } from "meltemi/assembly";
import { decodeRequest, decodeResponse, encodeMessage, Envelope, Found, typeFor, writeFailure } from "./message";
import { StructWalk, Walked } from "./struct";
import { MessageType, Transport } from "./wire";

// One callback runs at a time in a VM, so what it works with is shared by all connections.
const input = new Reader();
const envelope = new Envelope();

/** Apache Thrift: framed, unframed and THeader; binary and compact. */
export class Thrift extends Codec {
  // Each side's unframed messages are walked as they come (Frame.seen).
  private fromClient: StructWalk | null = null;
  private fromServer: StructWalk | null = null;
  private walkingClient: bool = false;
  private walkingServer: bool = false;

  /** Ids are the caller's own affair: they may repeat or be all zero, and servers answer in order. */
  traits(): Traits {
    const traits = new Traits();
    traits.ordered = true;
    return traits;
  }

  scan(input: Reader, frame: Frame): Scan {
    const found = envelope.read(input);
    if (found == Found.More) return Scan.More;
    if (found == Found.Bad) return Scan.Bad;
    const fromServer = frame.from == Peer.Server;
    const kind = found == Found.Message ? kindOf(envelope.type) : fromServer ? Kind.Response : Kind.Opaque;
    if (fromServer != (kind == Kind.Response)) return Scan.Bad;
    const head = input.position;
    if (envelope.transport != Transport.Unframed) return frame.is(kind, head, envelope.length, envelope.sequence);
    const walk = this.walkOf(frame);
    const walked = walk.run(input);
    if (walked != Walked.Done) {
      this.remember(fromServer, walked == Walked.More);
      return walked == Walked.More ? Scan.More : Scan.Bad;
    }
    this.remember(fromServer, false);
    frame.is(kind, walk.at, walk.at, envelope.sequence);
    frame.keep = head;
    return Scan.Frame;
  }

  /** The walk through this message: on from where the last look ended, or a new one. */
  private walkOf(frame: Frame): StructWalk {
    const fromServer = frame.from == Peer.Server;
    const known = fromServer ? this.fromServer : this.fromClient;
    const walk = known != null ? known : new StructWalk();
    if (known == null && fromServer) this.fromServer = walk;
    if (known == null && !fromServer) this.fromClient = walk;
    const under = fromServer ? this.walkingServer : this.walkingClient;
    if (frame.seen == 0 || !under) walk.start(envelope.bodyAt, envelope.compact);
    return walk;
  }

  private remember(fromServer: bool, walking: bool): void {
    if (fromServer) this.walkingServer = walking;
    else this.walkingClient = walking;
  }

  decode(frame: Frame, meta: Metadata): bool {
    if (envelope.read(input.over(frame.bytes)) != Found.Message) return false;
    if (frame.kind == Kind.Response) return decodeResponse(frame.bytes, envelope, input, meta);
    return decodeRequest(frame.bytes, envelope, meta);
  }

  encode(frame: Frame, changes: Mutation, out: Writer): bool {
    if (envelope.read(input.over(frame.bytes)) != Found.Message) return false;
    return encodeMessage(frame.bytes, envelope, changes, out);
  }

  /** Of a request that cannot be read there is neither name nor number to answer with: the caller gets what there is. */
  fail(request: Frame, why: Failure, out: Writer): void {
    if (request.kind == Kind.OneWay) return;
    envelope.read(input.over(request.bytes));
    writeFailure(out, envelope, why.explain(), typeFor(why));
  }
}


@inline
function kindOf(type: i32): Kind {
  if (type == MessageType.CALL) return Kind.Request;
  return type == MessageType.ONE_WAY ? Kind.OneWay : Kind.Response;
}
