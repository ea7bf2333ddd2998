import type { Socket } from "node:net";
import { InOrder } from "../in-order.js";
import type { Answer, Call, Caller, ErrorKind } from "../protocol.js";
import { Decoder, encodeCommand, type Reply, readReply } from "./wire.js";

const WORDS: readonly (readonly [string, ErrorKind])[] = [
  ["BUSINESS ", "business"],
  ["ERR meltemi: no route", "no-route"],
  ["UNAVAILABLE meltemi: no backend", "unavailable"],
  ["TIMEOUT meltemi: the backend did not answer", "timeout"],
  ["ERR meltemi: the frame is too large", "too-large"],
];

/** An answer in the words that all protocols share. */
export function answerOf({ type, attributes, payload }: Reply): Answer {
  if (type !== "-") return { attributes, payload };
  const [words = "", error = "other"] = WORDS.find(([words]) => payload.toString().startsWith(words)) ?? [];
  return { error, attributes, payload: error === "business" ? payload.subarray(words.length) : payload };
}

/** `SET key payload name value …`; the attribute `key` is the key, all others are arguments that nobody looks at. */
export function commandOf({ operation = "set", attributes = [], payload = "" }: Call): Buffer {
  const key = attributes.find(([name]) => name === "key")?.[1] ?? "key";
  const others = attributes.filter(([name]) => name !== "key").flat();
  return encodeCommand(operation, key, Buffer.from(payload), ...others);
}

/** A client that sends ahead and relies on the order of answers. */
export class RedisCaller implements Caller {
  private readonly client: InOrder<Reply>;

  constructor(port: number, timeoutMs: number) {
    this.client = new InOrder(port, timeoutMs, receive);
  }

  get opened(): number {
    return this.client.opened;
  }

  async call(call: Call = {}): Promise<Answer> {
    return answerOf(await this.client.ask(commandOf(call), call.timeoutMs));
  }

  notify(): Promise<void> {
    return Promise.reject(new Error("Redis has no one-way requests"));
  }

  async ping(): Promise<void> {
    await this.client.ask(encodeCommand("PING"));
  }

  close(): Promise<void> {
    return this.client.close();
  }

  destroy(): void {
    this.client.destroy();
  }
}

function receive(socket: Socket, take: (reply: Reply) => void): void {
  const decoder = new Decoder(readReply);
  socket.on("data", (chunk: Buffer) => {
    try {
      for (const reply of decoder.push(chunk)) take(reply);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
}
