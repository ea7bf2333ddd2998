import type { Socket } from "node:net";
import { RecordingBackend } from "../recording-backend.js";
import { Decoder, encode, type Lined } from "./wire.js";

/** Answers in order, and records each message with the state that the connection was put into. */
export class LinedBackend extends RecordingBackend {
  static start(name: string, port = 0): Promise<LinedBackend> {
    return new LinedBackend(name).listen(port);
  }

  protected override serve(socket: Socket, connection: number): void {
    const decoder = new Decoder();
    let turn = Promise.resolve();
    let state = "0";
    socket.on("data", (chunk: Buffer) => {
      for (const [kind, text] of decoder.push(chunk)) {
        // `t` sets the state of what follows; it, greetings and heartbeats are the proxy's own.
        if (kind === "t") state = text;
        const own = kind === "t" || kind === "a" || kind === "p";
        const now = state;
        turn = turn.then(() => (own ? reply(socket, ["r", ""]) : this.answer([kind, text], now, socket, connection)));
      }
    });
  }

  private async answer(frame: Lined, state: string, socket: Socket, connection: number): Promise<void> {
    const [operation, text] = frame;
    const attributes = [["state", state]] as const;
    const payload = Buffer.from(text);
    const message = { raw: encode(frame), operation, attributes, payload, oneWay: false, connection };
    const answer = await this.record(message);
    if (answer !== undefined) reply(socket, ["r", `${answer.payload ?? text}`]);
  }
}

function reply(socket: Socket, frame: Lined): void {
  if (!socket.destroyed) socket.write(encode(frame));
}
