import { type Http2Frame, Type } from "./http2.js";

interface Stream {
  headers: string;
  readonly body: Buffer[];
  end: string;
}

/** HTTP/2 streams put together again from their frames, so that it does not matter how their bytes were cut. */
export class Streams {
  readonly #streams = new Map<number, Stream>();

  /** What is about the connection as a whole (settings, windows, pings) is left out: when it comes depends on the cuts. */
  take(frame: Http2Frame): void {
    if (frame.stream === 0) return;
    const stream = this.#of(frame.stream);
    if (frame.type === Type.headers) stream.headers += `[${frame.body.toString("hex")}]`;
    if (frame.type === Type.data) stream.body.push(frame.body);
    if (frame.type === Type.reset) stream.end = `reset ${frame.body.readUInt32BE()}`;
    if (frame.endStream) stream.end = "end of stream";
  }

  get size(): number {
    return this.#streams.size;
  }

  get bodies(): Buffer[] {
    return Array.from(this.#streams.values(), ({ body }) => Buffer.concat(body));
  }

  toString(): string {
    const lines = Array.from(this.#streams, ([id, { headers, body, end }]) => {
      return `stream ${id}: headers ${headers}, body ${Buffer.concat(body).toString("hex")}, ${end}`;
    });
    return lines.join("\n");
  }

  #of(id: number): Stream {
    const found = this.#streams.get(id);
    if (found) return found;
    const made = { headers: "", body: [], end: "open" };
    this.#streams.set(id, made);
    return made;
  }
}
