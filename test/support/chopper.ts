import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { Relay } from "./relay.js";

/** A relay that passes on what the server sends in pieces of one to three bytes, each by itself. */
export class Chopper extends Relay {
  static open(): Promise<Chopper> {
    return new Chopper().listen();
  }

  protected override answer(server: Socket, client: Socket): void {
    let sent = Promise.resolve();
    server.on("data", (chunk: Buffer) => {
      sent = sent.then(() => chop(chunk, client));
    });
  }
}

async function chop(chunk: Buffer, to: Socket): Promise<void> {
  for (let at = 0, size = 1; at < chunk.length && to.writable; at += size, size = (size % 3) + 1) {
    to.write(chunk.subarray(at, at + size));
    await setImmediate();
  }
}
