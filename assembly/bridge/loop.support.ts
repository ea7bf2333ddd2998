import { Decoder, encode, type Frame, Kind } from "../../examples/awesomerpc/index.js";
import type { Host } from "./host.support.js";

/** How bytes are cut on their way: gives the lengths of the pieces. */
export type Cut = (length: number) => number[];

/**
 * An ingress and an egress back to back, with no proxy between: the one's HTTP/2 client speaks to the other's server. The
 * backend is the test, but for heartbeats, which it answers.
 */
export class Loop {
  /** Frames that the backend got, heartbeats aside. */
  readonly atBackend: { frame: Frame; raw: Buffer }[] = [];
  /** Frames that the client got. */
  readonly atClient: { frame: Frame; raw: Buffer }[] = [];
  readonly ingress: number;
  readonly egress: number;
  private readonly backendInput = new Decoder();
  private readonly clientInput = new Decoder();

  constructor(
    readonly ingressHost: Host,
    readonly egressHost: Host,
    private readonly cut: Cut = (length) => [length],
  ) {
    this.ingress = ingressHost.connect();
    this.egress = egressHost.connect();
  }

  fromClient(bytes: Buffer): void {
    for (const piece of this.pieces(bytes)) this.toEgress(this.ingressHost.downstream(this.ingress, piece));
  }

  fromBackend(bytes: Buffer): void {
    for (const piece of this.pieces(bytes)) {
      const http2 = this.egressHost.upstream(this.egress, piece);
      for (const part of this.pieces(http2)) {
        const out = this.ingressHost.upstream(this.ingress, part);
        for (const received of this.clientInput.push(out)) this.atClient.push(received);
      }
    }
  }

  close(): void {
    this.ingressHost.delete(this.ingress);
    this.egressHost.delete(this.egress);
  }

  private toEgress(http2: Buffer): void {
    for (const piece of this.pieces(http2)) {
      for (const received of this.backendInput.push(this.egressHost.downstream(this.egress, piece))) {
        if (received.frame.kind !== Kind.ping) this.atBackend.push(received);
        else this.fromBackend(encode({ kind: Kind.pong, id: received.frame.id }));
      }
    }
  }

  private *pieces(bytes: Buffer): Generator<Buffer> {
    let from = 0;
    for (const length of this.cut(bytes.length)) {
      if (length > 0) yield bytes.subarray(from, from + length);
      from += length;
    }
  }
}
