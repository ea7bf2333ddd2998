import { data, Http2Reader, headers, Type } from "./http2.js";
import { type Checkable, loadRole, type Proxied, served } from "./proxied.js";
import type { Turn } from "./samples.js";
import type { Outcome, Subject } from "./subject.js";

/** A codec of the session lane: a client's connection becomes a CONNECT stream, and the server speaks on it. */
export class SessionSubject implements Subject {
  readonly lane = "session";

  private constructor(private readonly session: Proxied) {}

  /** @throws with the module's reason where it refuses its configuration */
  static async of(module: Checkable, codec: object | undefined): Promise<SessionSubject> {
    return new SessionSubject(await loadRole(module, "session", codec === undefined ? {} : { codec }));
  }

  get memoryBytes(): number {
    return this.session.memoryBytes;
  }

  get contexts(): number {
    return this.session.contexts;
  }

  converse(turns: readonly Turn[]): Outcome {
    const connection = this.session.connect();
    const reader = new Http2Reader();
    const server: Buffer[] = [];
    const take = () => {
      for (const frame of served(connection, reader)) {
        opened ||= frame.type === Type.headers;
        if (frame.type === Type.data) server.push(frame.body);
      }
    };
    let opened = false;
    let accepted = false;
    for (const { from, bytes } of turns) {
      if (connection.closed) break;
      if (bytes.length === 0) continue;
      if (from === "Client") connection.fromClient(bytes);
      else if (opened) {
        const said = data(Buffer.from(bytes));
        connection.fromUpstream(accepted ? said : Buffer.concat([headers("200"), said]));
        accepted = true;
      }
      take();
    }
    this.session.settle();
    take();
    const trap = this.session.end(connection);
    const closed = connection.closed === "flushed" || connection.closed === "reset";
    const toServer = Buffer.concat(server);
    return {
      trap,
      opened,
      bodies: [toServer],
      closed,
      get text() {
        const lines = [
          `to the server: ${toServer.toString("hex")}`,
          `to the client: ${connection.client.toString("hex")}`,
        ];
        return [...lines, closed ? "closed" : "open"].join("\n");
      },
    };
  }
}
