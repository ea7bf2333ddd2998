import { connect, type Socket } from "node:net";
import type { Answer, Call, Caller } from "../protocol.js";
import { Decoder, encode, type Lined } from "./wire.js";

/** One connection of a client that sends whole batches and relies on the order of their answers. */
export class LinedClient implements Caller {
  readonly opened = 1;
  /** Frames that nobody asked for. */
  readonly pushes: string[] = [];
  readonly closed: Promise<void>;
  private readonly socket: Socket;
  private readonly waiting: ((frame: Lined | Error) => void)[] = [];

  constructor(
    port: number,
    private readonly timeoutMs: number,
  ) {
    const decoder = new Decoder();
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", () => undefined); // what waits is told when it closes
    this.socket.on("data", (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) {
        if (frame[0] === "!") this.pushes.push(frame[1]);
        else this.waiting.shift()?.(frame);
      }
    });
    this.closed = new Promise((resolve) =>
      this.socket.once("close", () => {
        for (const settle of this.waiting.splice(0)) settle(new Error("the connection was closed"));
        resolve();
      }),
    );
  }

  /** Sends all frames in one write; their answers, in order. */
  batch(...frames: readonly Lined[]): Promise<Lined[]> {
    const answers = frames.map(
      () =>
        new Promise<Lined>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error(`no answer within ${this.timeoutMs} ms`)), this.timeoutMs);
          this.waiting.push((frame) => {
            clearTimeout(timer);
            if (frame instanceof Error) reject(frame);
            else resolve(frame);
          });
        }),
    );
    this.socket.write(encode(...frames));
    return Promise.all(answers);
  }

  async call({ operation = "g", payload = "" }: Call = {}): Promise<Answer> {
    const [answer] = await this.batch([operation, `${payload}`]);
    const [kind, text] = answer ?? ["x", ""];
    return { ...(kind === "x" && { error: "other" as const }), attributes: [], payload: Buffer.from(text) };
  }

  notify(): Promise<void> {
    return Promise.reject(new Error("this protocol has no one-way requests"));
  }

  async ping(): Promise<void> {
    await this.batch(["p", ""]);
  }

  async close(): Promise<void> {
    this.socket.end();
    await this.closed;
  }

  destroy(): void {
    this.socket.destroy();
  }
}
