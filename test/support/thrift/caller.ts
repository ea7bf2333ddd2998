import { connect, type Socket } from "node:net";
import type { Answer, Call, Caller, ErrorKind } from "../protocol.js";
import { receive } from "./receive.js";
import { encode, type Frame, type Parts, TYPES } from "./wire.js";

const WORDS: readonly (readonly [string, ErrorKind])[] = [
  ["no route", "no-route"],
  ["no backend", "unavailable"],
  ["the backend did not answer", "timeout"],
  ["the frame is too large", "too-large"],
];

/** An answer in the words that all protocols share. */
export function answerOf({ type, code, attributes, payload }: Frame): Answer {
  if (type === TYPES.reply) return { ...(code > 0 ? { error: "business" as const } : {}), attributes, payload };
  const error = WORDS.find(([words]) => payload.includes(`meltemi: ${words}`));
  return { error: error?.[1] ?? "other", code, attributes, payload };
}

export function partsOf({ operation = "echo", attributes = [], payload = "" }: Call): Omit<Parts, "type" | "sequence"> {
  return { method: operation, attributes, payload: Buffer.from(payload) };
}

class Connection {
  readonly waiting: ((frame: Frame | Error) => void)[] = [];
  readonly socket: Socket;
  retired = false;

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.retired = true;
      for (const settle of this.waiting.splice(0)) settle(new Error("the connection was closed"));
    });
    receive(this.socket, (frame) => {
      this.waiting.shift()?.(frame);
      this.endWhenIdle();
    });
  }

  endWhenIdle(): void {
    if (this.retired && this.waiting.length === 0) this.socket.end();
  }
}

/** A Thrift client whose calls all have the number zero: it relies on answers in their order alone. */
export class ThriftCaller implements Caller {
  opened = 0;
  private readonly connections = new Set<Connection>();
  private current: Connection | undefined;

  constructor(
    private readonly port: number,
    private readonly timeoutMs: number,
  ) {}

  async call(call: Call = {}): Promise<Answer> {
    const connection = this.connection();
    const { timeoutMs = this.timeoutMs } = call;
    const frame = await new Promise<Frame>((resolve, reject) => {
      const settle = (result: Frame | Error): void => {
        clearTimeout(timer);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      connection.waiting.push(settle);
      connection.socket.write(encode({ type: TYPES.call, sequence: 0, ...partsOf(call) }));
    });
    return answerOf(frame);
  }

  notify(call: Call = {}): Promise<void> {
    const { socket } = this.connection();
    return new Promise((resolve, reject) => {
      const bytes = encode({ type: TYPES.oneWay, sequence: 0, ...partsOf(call) });
      socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  ping(): Promise<void> {
    return Promise.reject(new Error("Thrift has no heartbeat"));
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

  private connection(): Connection {
    if (this.current && !this.current.retired) return this.current;
    this.current = new Connection(this.port);
    this.connections.add(this.current);
    this.opened += 1;
    return this.current;
  }
}
