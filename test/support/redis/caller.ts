import { connect, type Socket } from "node:net";
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

/** One connection of a client that sends ahead and relies on the order of answers. */
export class RedisCaller implements Caller {
  readonly opened = 1;
  private readonly socket: Socket;
  private readonly waiting: ((reply: Reply | Error) => void)[] = [];
  private readonly closed: Promise<void>;

  constructor(
    port: number,
    private readonly timeoutMs: number,
  ) {
    const decoder = new Decoder(readReply);
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", () => undefined); // what waits is told when it closes
    this.socket.on("data", (chunk: Buffer) => {
      try {
        for (const reply of decoder.push(chunk)) this.waiting.shift()?.(reply);
      } catch (error) {
        this.socket.destroy(error as Error);
      }
    });
    this.closed = new Promise((resolve) =>
      this.socket.once("close", () => {
        for (const settle of this.waiting.splice(0)) settle(new Error("the connection was closed"));
        resolve();
      }),
    );
  }

  async call(call: Call = {}): Promise<Answer> {
    return answerOf(await this.send(commandOf(call), call.timeoutMs));
  }

  notify(): Promise<void> {
    return Promise.reject(new Error("Redis has no one-way requests"));
  }

  async ping(): Promise<void> {
    await this.send(encodeCommand("PING"));
  }

  async close(): Promise<void> {
    this.socket.end();
    await this.closed;
  }

  destroy(): void {
    this.socket.destroy();
  }

  private send(bytes: Buffer, timeoutMs = this.timeoutMs): Promise<Reply> {
    return new Promise((resolve, reject) => {
      // An answer that comes too late still has its place in the line.
      const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      this.waiting.push((reply) => {
        clearTimeout(timer);
        if (reply instanceof Error) reject(reply);
        else resolve(reply);
      });
      if (this.socket.destroyed) this.waiting.pop()?.(new Error("the connection is closed"));
      else this.socket.write(bytes);
    });
  }
}
