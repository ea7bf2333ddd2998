import { InOrder } from "../in-order.js";
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

/** A Thrift client whose calls all have the number zero: it relies on answers in their order alone. */
export class ThriftCaller implements Caller {
  private readonly client: InOrder<Frame>;

  constructor(port: number, timeoutMs: number) {
    this.client = new InOrder(port, timeoutMs, (socket, take) => receive(socket, framing, take));
  }

  get opened(): number {
    return this.client.opened;
  }

  async call(call: Call = {}): Promise<Answer> {
    const bytes = encode({ type: TYPES.call, sequence: 0, ...partsOf(call) });
    return answerOf(await this.client.ask(bytes, call.timeoutMs));
  }

  notify(call: Call = {}): Promise<void> {
    return this.client.tell(encode({ type: TYPES.oneWay, sequence: 0, ...partsOf(call) }));
  }

  ping(): Promise<void> {
    return Promise.reject(new Error("Thrift has no heartbeat"));
  }

  close(): Promise<void> {
    return this.client.close();
  }

  destroy(): void {
    this.client.destroy();
  }
}
