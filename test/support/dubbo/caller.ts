import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import type { Answer, Call, Caller, ErrorKind } from "../protocol.js";
import { receive } from "./receive.js";
import { encodePing, encodeRequest, type Frame, OK, type RequestParts } from "./wire.js";

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

class Connection {
  readonly waiting = new Map<bigint, (frame: Frame | Error) => void>();
  readonly socket: Socket;
  retired = false;

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.retired = true;
      for (const settle of this.waiting.values()) settle(new Error("the connection was closed"));
      this.waiting.clear();
    });
    receive(this.socket, (frame) => {
      if (frame.kind === "read-only") this.retired = true;
      this.waiting.get(frame.id)?.(frame);
      this.endWhenIdle();
    });
  }

  endWhenIdle(): void {
    if (this.retired && this.waiting.size === 0) this.socket.end();
  }
}

/** A Dubbo consumer as far as the suite needs one; it heeds the read-only event. */
export class DubboCaller implements Caller {
  opened = 0;
  private readonly connections = new Set<Connection>();
  private current: Connection | undefined;
  // Unsigned 64 bits from a random start, as real consumers count.
  private nextId = randomBytes(8).readBigUInt64BE(0);

  constructor(
    private readonly port: number,
    private readonly timeoutMs: number,
  ) {}

  async call(call: Call = {}): Promise<Answer> {
    const frame = await this.ask((id) => encodeRequest(id, false, partsOf(call)), call.timeoutMs);
    if (frame.kind !== "response") throw new Error(`a ${frame.kind} is no answer`);
    return answerOf(frame);
  }

  notify(call: Call = {}): Promise<void> {
    const { socket } = this.connection();
    return new Promise((resolve, reject) => {
      socket.write(encodeRequest(this.takeId(), true, partsOf(call)), (error) => (error ? reject(error) : resolve()));
    });
  }

  async ping(): Promise<void> {
    await this.ask(encodePing);
  }

  async close(): Promise<void> {
    for (const connection of this.connections) {
      connection.retired = true;
      connection.endWhenIdle();
      if (!connection.socket.closed) await new Promise((resolve) => connection.socket.once("close", resolve));
    }
  }

  destroy(): void {
    for (const { socket } of this.connections) socket.destroy();
  }

  private ask(encode: (id: bigint) => Buffer, timeoutMs = this.timeoutMs): Promise<Frame> {
    const connection = this.connection();
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

  private connection(): Connection {
    if (this.current && !this.current.retired) return this.current;
    this.current = new Connection(this.port);
    this.connections.add(this.current);
    this.opened += 1;
    return this.current;
  }

  private takeId(): bigint {
    const id = this.nextId;
    this.nextId = BigInt.asUintN(64, id + 1n);
    return id;
  }
}
