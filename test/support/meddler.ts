import type { Socket } from "node:net";
import { Relay } from "./relay.js";

/** Less than any message has. */
const LAST_BYTES = 10;

/** A relay which says what the server does not, or ends in the middle of what it says. */
export class Meddler extends Relay {
  /** A few bytes of what the server says next are passed on, and then the connection ends like this. */
  ends: "FIN" | "RST" | undefined;

  static open(): Promise<Meddler> {
    return new Meddler().listen();
  }

  /** Tells every client, between two of the server's messages. */
  say(bytes: Buffer): void {
    for (const client of this.clients) client.write(bytes);
  }

  protected override answer(server: Socket, client: Socket): void {
    server.on("data", (chunk: Buffer) => {
      if (this.ends === undefined) client.write(chunk);
      else this.end(client, server, chunk.subarray(0, LAST_BYTES));
    });
  }

  private end(client: Socket, server: Socket, last: Buffer): void {
    server.removeAllListeners("data");
    if (this.ends === "FIN") client.end(last);
    else client.write(last, () => client.resetAndDestroy());
  }
}
