import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { Decoder } from "./decoder.js";
import { encode, type Frame, Kind, type Request, type Response } from "./frame.js";

/** The call's outcome is unknown or it was never sent: there is no answer. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly reason: "timeout" | "closed";

  constructor(reason: "timeout" | "closed", message: string) {
    super(message);
    this.reason = reason;
  }
}

interface Waiting {
  resolve(answer: Frame): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/** What a caller says of a request; its id is the connection's to give. */
export type Call = Omit<Request, "kind" | "id">;

/** One TCP connection with any number of calls in flight. */
export class Connection {
  /** Set once the peer said goaway or the connection ended: new calls belong on another connection. */
  retired = false;
  private readonly socket: Socket;
  private readonly decoder = new Decoder();
  private readonly waiting = new Map<bigint, Waiting>();
  // A random start, as real clients have it: a proxy that leans on ids from 1 upwards is found out.
  private nextId = randomBytes(8).readBigUInt64BE(0);

  constructor(port: number, host: string) {
    this.socket = connect({ port, host, noDelay: true });
    this.socket.on("data", (chunk: Buffer) => this.onData(chunk));
    this.socket.on("error", (error) => this.end(`connection failed: ${error.message}`));
    this.socket.on("close", () => this.end("the peer closed the connection"));
  }

  /** How many calls wait for their answer. */
  get inFlight(): number {
    return this.waiting.size;
  }

  /** Sends a request; answers with the response, whatever its status. */
  async call(call: Call, timeoutMs: number): Promise<Response> {
    const answer = await this.ask({ ...call, kind: Kind.request, id: this.takeId() }, timeoutMs);
    if (answer.kind !== Kind.response) throw new CallError("closed", `a frame of kind ${answer.kind} is no answer`);
    return answer;
  }

  /** Sends a one-way request; resolves once the bytes have left the process. */
  notify(call: Call): Promise<void> {
    const bytes = encode({ ...call, kind: Kind.oneWay, id: this.takeId() });
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Sends a heartbeat and waits for its answer. */
  async ping(timeoutMs: number): Promise<void> {
    await this.ask({ kind: Kind.ping, id: this.takeId() }, timeoutMs);
  }

  /** Ends the connection once nothing is in flight. */
  retire(): void {
    this.retired = true;
    this.endWhenIdle();
  }

  /** Ends the connection at once; calls in flight fail. */
  destroy(): void {
    this.socket.destroy();
    this.end("the connection was closed here");
  }

  /** Resolves once the socket is gone. */
  closed(): Promise<void> {
    if (this.socket.closed) return Promise.resolve();
    return new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  private takeId(): bigint {
    const id = this.nextId;
    this.nextId = BigInt.asUintN(64, id + 1n);
    return id;
  }

  private ask(frame: Frame, timeoutMs: number): Promise<Frame> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) {
        reject(new CallError("closed", "the connection is closed"));
        return;
      }
      const timer = setTimeout(() => {
        this.waiting.delete(frame.id);
        reject(new CallError("timeout", `no answer within ${timeoutMs} ms`));
        this.endWhenIdle();
      }, timeoutMs);
      this.waiting.set(frame.id, { resolve, reject, timer });
      this.socket.write(encode(frame));
    });
  }

  private onData(chunk: Buffer): void {
    try {
      for (const { frame } of this.decoder.push(chunk)) this.onFrame(frame);
    } catch (error) {
      this.end(error instanceof Error ? error.message : String(error));
      this.socket.destroy();
    }
  }

  private onFrame(frame: Frame): void {
    if (frame.kind === Kind.goaway) {
      this.retire();
    } else if (frame.kind === Kind.ping) {
      this.socket.write(encode({ kind: Kind.pong, id: frame.id }));
    } else {
      const waiting = this.waiting.get(frame.id);
      if (!waiting) return; // the caller gave up before
      this.waiting.delete(frame.id);
      clearTimeout(waiting.timer);
      waiting.resolve(frame);
      this.endWhenIdle();
    }
  }

  private endWhenIdle(): void {
    if (this.retired && this.waiting.size === 0) this.socket.end();
  }

  private end(why: string): void {
    this.retired = true;
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new CallError("closed", why));
    }
    this.waiting.clear();
  }
}
