import { LogLevel } from "../../host/vm/index.js";
import type { TestConnection } from "../connection.js";
import { TestHost } from "../host.js";
import type { TestModule } from "../module.js";
import { type Http2Frame, type Http2Reader, pingAck, Type } from "./http2.js";

/** Past every back-off of FAIL_RELOAD: a VM that has died is replaced at the next connection. */
const BACK_OFF_MS = 2000;

/** A few ticks of the SDK. */
const SETTLE_MS = 500;

/** A codec's module, and the JSON of the map that its compiler wrote: traps are then told by file and line. */
export interface Checkable {
  readonly code: Uint8Array;
  readonly sourceMap?: string;
}

/** Loads a codec's module in a role. @throws with the module's reason where it refuses */
export async function loadRole({ code, sourceMap }: Checkable, role: string, settings: object): Promise<Proxied> {
  const host = new TestHost();
  const map = sourceMap === undefined ? {} : { sourceMap };
  const configuration = { role, scope: "check", ...settings };
  return new Proxied(host, await host.load(code, { configuration, vmId: role, failurePolicy: "FAIL_RELOAD", ...map }));
}

/** A codec in one role, and the means to lead connections through it. */
export class Proxied {
  constructor(
    private readonly host: TestHost,
    private readonly module: TestModule,
  ) {}

  get memoryBytes(): number {
    return this.module.memoryBytes;
  }

  get contexts(): number {
    return this.module.contexts;
  }

  connect(): TestConnection {
    if (this.module.failure !== undefined) this.host.pass(BACK_OFF_MS);
    return this.module.connection();
  }

  /** Lets the codec's ticks come: what it does later than in the call that brought it about. */
  settle(): void {
    this.host.pass(SETTLE_MS);
  }

  /** Ends a connection; why the VM died, where it did. */
  end(connection: TestConnection): string | undefined {
    connection.end();
    const said = this.host.logs.take();
    const { failure } = this.module;
    if (failure === undefined) return undefined;
    const death = said.find(({ level, message }) => level === LogLevel.Critical && message.startsWith(failure));
    return `${failure}${placesOf(death?.message ?? "")}`;
  }
}

/** Of a stack those frames whose place in the source is known, in lines of their own. */
function placesOf(stack: string): string {
  const frames = stack.matchAll(/^\s*at (?:(\S+) \()?.*wasm-function\[\d+\]:0x[0-9a-f]+\)? (\S+:\d+:\d+)$/gm);
  return Array.from(frames, ([, name, place]) => `\n    at ${name === undefined ? "" : `${name} `}${place}`).join("");
}

const MOST_PINGS = 1000;

/**
 * The HTTP/2 server behind an ingress: takes what the codec sends, and acknowledges its PINGs, for that is when the codec may
 * speak to the client.
 */
export function* served(connection: TestConnection, reader: Http2Reader): Generator<Http2Frame> {
  for (let pings = 0; pings < MOST_PINGS; ) {
    const frames = reader.push(connection.takeUpstream());
    if (frames.length === 0) return;
    for (const frame of frames) {
      yield frame;
      if (frame.type !== Type.ping || frame.acknowledges || connection.closed) continue;
      pings++;
      connection.fromUpstream(pingAck(frame.body));
    }
  }
}
