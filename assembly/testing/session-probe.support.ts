import { readFile } from "node:fs/promises";
import { data, headers, parse, type Turn, Type } from "../../testing/codec/index.js";
import { Host } from "../bridge/host.support.js";
import { compileModule } from "./compile.support.js";

/** Where a module of the session lane is, from the checkout's root, and its plugin's settings. */
export interface SessionSource {
  readonly folder: string;
  /** The field `codec` of the configuration. */
  readonly settings?: object;
}

/** What became of a session. */
export interface Heard {
  /** What the server got, and what the client did. */
  readonly server: Buffer;
  readonly client: Buffer;
  /** Has it been routed? */
  readonly opened: boolean;
  readonly closed: boolean;
  readonly badFrames: number;
}

const PING_ACK = Buffer.from([0, 0, 8, Type.ping, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** Leads sessions through a module of the session lane, with as much of a proxy around it as that needs. */
export class SessionProbe {
  private constructor(private readonly host: Host) {}

  static async of({ folder, settings }: SessionSource): Promise<SessionProbe> {
    const entry = `${folder}/index.ts`;
    const host = new Host(await compileModule(entry, await readFile(entry, "utf8")));
    const configuration = { role: "session", scope: "probe", ...(settings && { codec: settings }) };
    if (!host.configure(configuration)) throw new Error(host.logs.join("\n"));
    return new SessionProbe(host);
  }

  get memoryBytes(): number {
    return this.host.memoryBytes;
  }

  metric(name: string): number {
    return this.host.metric(name);
  }

  /** All counters, by their names. */
  get counters(): ReadonlyMap<string, number> {
    return this.host.metrics;
  }

  /** Leads one session from its beginning to its end. A trap is thrown. */
  converse(turns: readonly Turn[]): Heard {
    const { host } = this;
    const before = host.metric("bad_frames");
    const id = host.connect();
    const server: Buffer[] = [];
    const client: Buffer[] = [];
    let opened = false;
    let accepted = false;
    for (const { from, bytes } of turns) {
      if (bytes.length === 0 || host.closed.has(id)) continue;
      if (from === "Client") {
        for (const { type, body } of parse(host.downstream(id, bytes))) {
          opened ||= type === Type.headers;
          if (type === Type.data) server.push(body);
          // The proxy's answer to it is when the codec may speak to the client.
          if (type === Type.ping) client.push(host.upstream(id, PING_ACK));
        }
      } else if (opened) {
        client.push(host.upstream(id, accepted ? data(Buffer.from(bytes)) : acceptedWith(bytes)));
        accepted = true;
      }
    }
    const closed = this.closes(id);
    host.delete(id);
    host.logs.length = 0;
    const badFrames = host.metric("bad_frames") - before;
    return { server: Buffer.concat(server), client: Buffer.concat(client), opened, closed, badFrames };
  }

  /** Connections that the codec lets go are closed at one of the next ticks, once what was written has gone out. */
  private closes(id: number): boolean {
    for (let ticks = 0; ticks < 2; ticks++) this.host.tick();
    return this.host.closed.has(id);
  }
}

function acceptedWith(bytes: Uint8Array): Buffer {
  return Buffer.concat([headers("200"), data(Buffer.from(bytes))]);
}
