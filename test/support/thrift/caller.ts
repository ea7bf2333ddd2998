import { ClientConnection, ClientConnections } from "../client-connections.js";
import type { Answer, Call, Caller, ErrorKind } from "../protocol.js";
import { receive } from "../receive.js";
import { encode, type Frame, framing, type Parts, TYPES } from "./wire.js";

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

class Connection extends ClientConnection {
  readonly waiting: ((frame: Frame | Error) => void)[] = [];

  constructor(port: number) {
    super(port);
    receive(this.socket, framing, (frame) => {
      this.waiting.shift()?.(frame);
      this.endWhenIdle();
    });
  }

  protected override get pending(): number {
    return this.waiting.length;
  }

  protected override fail(error: Error): void {
    for (const settle of this.waiting.splice(0)) settle(error);
  }
}

/** A Thrift client whose calls all have the number zero: it relies on answers in their order alone. */
export class ThriftCaller implements Caller {
  private readonly connections: ClientConnections<Connection>;

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
    const connection = this.connections.take();
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
    const { socket } = this.connections.take();
    return new Promise((resolve, reject) => {
      const bytes = encode({ type: TYPES.oneWay, sequence: 0, ...partsOf(call) });
      socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  ping(): Promise<void> {
    return Promise.reject(new Error("Thrift has no heartbeat"));
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  destroy(): void {
    this.connections.destroy();
  }
}
