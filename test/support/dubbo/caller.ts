import { randomBytes } from "node:crypto";
import { ClientConnection, ClientConnections } from "../client-connections.js";
import type { Answer, Call, Caller, ErrorKind } from "../protocol.js";
import { receive } from "../receive.js";
import { encodePing, encodeRequest, type Frame, framing, OK, type RequestParts } from "./wire.js";

type Response = Extract<Frame, { kind: "response" }>;

const ERRORS: Readonly<Record<number, ErrorKind>> = { 31: "timeout", 60: "no-route", 80: "unavailable" };

/** An answer in the words that all protocols share. */
export function answerOf({ status, exception, attributes, payload }: Response): Answer {
  if (status === OK) {
    return { ...(exception ? { error: "business" as const } : {}), code: status, attributes, payload };
  }
  const tooLarge = status === 40 && payload.toString().includes("too large");
  return { error: tooLarge ? "too-large" : (ERRORS[status] ?? "other"), code: status, attributes, payload };
}

export function partsOf({ operation = "echo", attributes = [], payload = "" }: Call): RequestParts {
  return { method: operation, attributes, payload: Buffer.from(payload) };
}

class Connection extends ClientConnection {
  readonly waiting = new Map<bigint, (frame: Frame | Error) => void>();

  constructor(port: number) {
    super(port);
    receive(this.socket, framing, (frame) => {
      if (frame.kind === "read-only") this.retired = true;
      this.waiting.get(frame.id)?.(frame);
      this.endWhenIdle();
    });
  }

  protected override get pending(): number {
    return this.waiting.size;
  }

  protected override fail(error: Error): void {
    for (const settle of this.waiting.values()) settle(error);
    this.waiting.clear();
  }
}

/** A Dubbo consumer as far as the suite needs one; it heeds the read-only event. */
export class DubboCaller implements Caller {
  private readonly connections: ClientConnections<Connection>;
  // Unsigned 64 bits from a random start, as real consumers count.
  private nextId = randomBytes(8).readBigUInt64BE(0);

  constructor(
    port: number,
    private readonly timeoutMs: number,
  ) {
    this.connections = new ClientConnections(() => new Connection(port));
  }

  get opened(): number {
    return this.connections.opened;
  }

  async call(call: Call = {}): Promise<Answer> {
    const frame = await this.ask((id) => encodeRequest(id, false, partsOf(call)), call.timeoutMs);
    if (frame.kind !== "response") throw new Error(`a ${frame.kind} is no answer`);
    return answerOf(frame);
  }

  notify(call: Call = {}): Promise<void> {
    const { socket } = this.connections.take();
    return new Promise((resolve, reject) => {
      socket.write(encodeRequest(this.takeId(), true, partsOf(call)), (error) => (error ? reject(error) : resolve()));
    });
  }

  async ping(): Promise<void> {
    await this.ask(encodePing);
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  destroy(): void {
    this.connections.destroy();
  }

  private ask(encode: (id: bigint) => Buffer, timeoutMs = this.timeoutMs): Promise<Frame> {
    const connection = this.connections.take();
    const id = this.takeId();
    return new Promise((resolve, reject) => {
      const settle = (result: Frame | Error): void => {
        clearTimeout(timer);
        connection.waiting.delete(id);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const timer = setTimeout(() => settle(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      connection.waiting.set(id, settle);
      connection.socket.write(encode(id));
    });
  }

  private takeId(): bigint {
    const id = this.nextId;
    this.nextId = BigInt.asUintN(64, id + 1n);
    return id;
  }
}
