import type { Socket } from "node:net";
import { RecordingBackend } from "../recording-backend.js";
import { type Command, Decoder, encodeReply, readCommand } from "./wire.js";

/** What proxies ask on their own account. */
const OWN: Readonly<Record<string, string>> = { PING: "PONG", HELLO: "OK", SELECT: "OK", AUTH: "OK" };

/** A Redis that keeps nothing: it records commands, and answers each in its turn with its third argument. */
export class RedisBackend extends RecordingBackend {
  static start(name: string, port = 0): Promise<RedisBackend> {
    return new RedisBackend(name).listen(port);
  }

  protected override serve(socket: Socket, connection: number): void {
    const decoder = new Decoder(readCommand);
    let turn = Promise.resolve();
    socket.on("data", (chunk: Buffer) => {
      try {
        for (const command of decoder.push(chunk)) {
          // It works on all at a time; only their answers have an order.
          const answer = this.answer(command, connection);
          turn = turn.then(async () => send(socket, await answer));
        }
      } catch {
        socket.destroy();
      }
    });
  }

  private async answer({ raw, args }: Command, connection: number): Promise<Buffer | undefined> {
    const [operation = "", key = "", payload = Buffer.alloc(0), ...more] = args;
    const own = OWN[`${operation}`];
    if (own !== undefined) return encodeReply({ type: "+", attributes: [], payload: Buffer.from(own) });
    const pairs = more.flatMap((name, index) => (index % 2 === 0 ? [[`${name}`, `${more[index + 1]}`] as const] : []));
    const attributes = [["key", `${key}`] as const, ...pairs];
    const message = { raw, operation: `${operation}`, attributes, payload, oneWay: false, connection };
    const reply = await this.record(message);
    if (reply === undefined) return undefined;
    const text = Buffer.from(reply.payload ?? payload);
    return encodeReply({
      type: reply.business ? "-" : "$",
      attributes: reply.attributes ?? ([["Served-By", this.name]] as const),
      payload: reply.business ? Buffer.from(`BUSINESS ${text}`) : text,
    });
  }
}

function send(socket: Socket, bytes: Buffer | undefined): void {
  if (bytes !== undefined && !socket.destroyed) socket.write(bytes);
}
