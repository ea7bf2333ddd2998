import { connect, type Socket } from "node:net";
import { Decoder, errorOf, type Message, message, startup } from "./wire.js";

/** What a query came to. */
export interface Result {
  /** SQLSTATE, where it failed. */
  readonly error?: string;
  /** The value of the first row, or the error's words. */
  readonly value: Buffer;
}

/** A client's session: it sends simple queries ahead, and takes their answers in order. */
export class Session {
  readonly socket: Socket;
  /** What the server says of itself. */
  readonly settings = new Map<string, string>();
  /** SQLSTATE of an error that answers nothing: the server's last word. */
  farewell: string | undefined;
  isClosed = false;
  readonly closed: Promise<void>;
  private readonly waiting: Waiting[] = [];
  private copyReady: (() => void) | undefined;

  constructor(
    port: number,
    readonly parameters: Readonly<Record<string, string>>,
    private readonly timeoutMs = 5_000,
  ) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const decoder = new Decoder();
    this.socket.on("error", () => undefined); // what waits is told when it closes
    this.socket.on("data", (chunk: Buffer) => {
      for (const received of decoder.push(chunk)) this.take(received);
    });
    this.closed = new Promise((resolve) => {
      this.socket.once("close", () => {
        this.isClosed = true;
        for (const one of this.waiting.splice(0)) one.settle(new Error("the connection was closed"));
        resolve();
      });
    });
  }

  /** Logs in; the result says whether the server is ready. */
  start(): Promise<Result> {
    return this.ask(startup(this.parameters), "the server to be ready");
  }

  query(sql: string): Promise<Result> {
    return this.ask(message("Q", `${sql}\0`), sql);
  }

  /** Begins a COPY; resolves when the server wants its data. */
  async copyIn(): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.copyReady = resolve;
    });
    this.socket.write(message("Q", "copy t from stdin\0"));
    await ready;
  }

  /** Ends the COPY. The server may be slow to take what is before it: there is no limit of time. */
  copyDone(): Promise<Result> {
    return this.ask(message("c"), "the end of a COPY", 0);
  }

  /** As clients do: Terminate, and then the connection. */
  async end(): Promise<void> {
    this.socket.end(message("X"));
    await this.closed;
  }

  destroy(): void {
    this.socket.destroy();
  }

  private ask(bytes: Buffer, what: string, timeoutMs = this.timeoutMs): Promise<Result> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`waited ${timeoutMs} ms in vain for ${what.slice(0, 60)}`));
      const timer = timeoutMs === 0 ? undefined : setTimeout(late, timeoutMs);
      const settle = (result: Result | Error): void => {
        clearTimeout(timer);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      this.waiting.push({ settle });
      if (this.isClosed) this.waiting.pop()?.settle(new Error("the connection was closed"));
      else this.socket.write(bytes);
    });
  }

  private take({ type, body }: Message): void {
    const [current] = this.waiting;
    if (type === "G") {
      this.copyReady?.();
    } else if (type === "S") {
      const [name = "", value = ""] = body.toString().split("\0");
      this.settings.set(name, value);
    } else if (type === "D" && current) {
      current.value ??= Buffer.from(body.subarray(6));
    } else if (type === "E") {
      const { state, words } = errorOf(body);
      if (!current) this.farewell = state;
      else if (body.toString("latin1", 0, 6) === "SFATAL") this.finish({ error: state, value: Buffer.from(words) });
      else Object.assign(current, { error: state, value: Buffer.from(words) });
    } else if (type === "Z" && current) {
      const { error, value = Buffer.alloc(0) } = current;
      this.finish({ ...(error !== undefined && { error }), value });
    }
  }

  private finish(result: Result): void {
    this.waiting.shift()?.settle(result);
  }
}

interface Waiting {
  settle(result: Result | Error): void;
  error?: string;
  value?: Buffer;
}
