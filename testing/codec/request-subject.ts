import type { TestConnection } from "../connection.js";
import { Http2Reader } from "./http2.js";
import { type Checkable, loadRole, type Proxied, served } from "./proxied.js";
import type { SampleFrame, Turn } from "./samples.js";
import { Streams } from "./streams.js";
import type { Outcome, Subject } from "./subject.js";

/**
 * A codec of the request lane. What the client says goes to its ingress, and comes out as HTTP/2; what the server says goes
 * to its egress, behind a request that waits for it.
 */
export class RequestSubject implements Subject {
  readonly lane = "request";
  /** What the egress was sent before the server speaks. */
  #opening: Uint8Array | undefined;

  private constructor(
    private readonly ingress: Proxied,
    private readonly egress: Proxied,
    private readonly multiplexed: boolean,
    private readonly samples: readonly SampleFrame[],
  ) {}

  /** @throws with the module's reason where it refuses its configuration */
  static async of(
    module: Checkable,
    samples: readonly SampleFrame[],
    codec: object | undefined,
  ): Promise<RequestSubject> {
    const settings = codec === undefined ? {} : { codec };
    const ingress = await loadRole(module, "ingress", settings);
    const multiplexed = await loadRole(module, "egress", { mode: "multiplexed", ...settings }).catch(() => undefined);
    const egress = multiplexed ?? (await loadRole(module, "egress", { mode: "plain", ...settings }));
    return new RequestSubject(ingress, egress, multiplexed !== undefined, samples);
  }

  get memoryBytes(): number {
    return this.ingress.memoryBytes + this.egress.memoryBytes;
  }

  get contexts(): number {
    return this.ingress.contexts + this.egress.contexts;
  }

  converse(turns: readonly Turn[]): Outcome {
    return turns.some(({ from }) => from === "Server") ? this.#answer(turns) : this.#request(turns);
  }

  #request(turns: readonly Turn[]): Outcome {
    const connection = this.ingress.connect();
    const reader = new Http2Reader();
    const streams = new Streams();
    for (const { bytes } of turns) {
      if (connection.closed) break;
      connection.fromClient(bytes);
      for (const frame of served(connection, reader)) streams.take(frame);
    }
    this.ingress.settle();
    for (const frame of served(connection, reader)) streams.take(frame);
    const trap = this.ingress.end(connection);
    return outcome(connection, streams, trap, `to the client: ${connection.client.toString("hex")}`);
  }

  #answer(turns: readonly Turn[]): Outcome {
    const connection = this.egress.connect();
    this.#opening ??= this.#open();
    connection.fromClient(this.#opening);
    const streams = new Streams();
    const reader = new Http2Reader();
    for (const { from, bytes } of turns) {
      if (connection.closed) break;
      if (from === "Server") connection.fromUpstream(bytes);
    }
    this.egress.settle();
    const toProxy = connection.client;
    if (this.multiplexed) for (const frame of reader.push(toProxy)) streams.take(frame);
    const trap = this.egress.end(connection);
    const plain = this.multiplexed ? "" : `to the proxy: ${toProxy.toString("hex")}`;
    return outcome(connection, streams, trap, plain);
  }

  /** The first sample that becomes a request is the one that waits at the egress. */
  #open(): Uint8Array {
    for (const { from, bytes } of this.samples) {
      if (from !== "Client") continue;
      const connection = this.ingress.connect();
      connection.fromClient(bytes);
      const { upstream } = connection;
      const streams = new Streams();
      for (const frame of new Http2Reader().push(upstream)) streams.take(frame);
      this.ingress.end(connection);
      if (streams.size > 0) return this.multiplexed ? upstream : plainRequest(bytes);
    }
    return new Uint8Array(0);
  }
}

/** As HTTP/1.1, passed on unread: without the digest that the ingress gives, its attributes would be taken for removed. */
function plainRequest(frame: Uint8Array): Uint8Array {
  const lines = ["POST /check HTTP/1.1", "host: check", "x-meltemi-kind: opaque", `content-length: ${frame.length}`];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), frame]);
}

function outcome(connection: TestConnection, streams: Streams, trap: string | undefined, more: string): Outcome {
  const closed = connection.closed === "flushed" || connection.closed === "reset";
  return {
    trap,
    opened: streams.size > 0,
    bodies: streams.bodies,
    closed,
    get text() {
      return [String(streams), more, closed ? "closed" : ""].filter((line) => line !== "").join("\n");
    },
  };
}
