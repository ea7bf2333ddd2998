import { type CodecSource, compileProbe } from "./compile.support.js";

export const Peer = { Client: 0, Server: 1 } as const;
export type PeerName = keyof typeof Peer;

// The names stand in the order of the enums in assembly/codec.
const SCANS = ["More", "Frame", "Bad", "Session"] as const;
const KINDS = ["Request", "OneWay", "Response", "Ping", "Pong", "Drain", "Opaque"] as const;
const OUTCOMES = ["Ok", "BusinessError", "ClientError", "ServerError", "Timeout"] as const;
export const CAUSES = [
  "NoRoute",
  "Unavailable",
  "Timeout",
  "Denied",
  "Limited",
  "TooLarge",
  "Unreadable",
  "Fault",
] as const;
export type Cause = (typeof CAUSES)[number];

export interface Scanned {
  readonly scan: (typeof SCANS)[number] | undefined;
  readonly kind: (typeof KINDS)[number] | undefined;
  readonly head: number;
  readonly length: bigint;
  readonly id: bigint;
  readonly keep: number;
}

/** What `decode` read. Names and values are Latin-1, one character a byte, so that nothing is lost in between. */
export interface Decoded {
  readonly service: string;
  readonly operation: string;
  readonly outcome: (typeof OUTCOMES)[number] | undefined;
  readonly code: number;
  readonly timeoutMs: number;
  /** Attributes that are the protocol's own; the first of `attributes`. */
  readonly own: number;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** In Latin-1, as in `Decoded`. */
export type Change =
  | { readonly change: string; readonly value: string }
  | { readonly remove: string }
  | { readonly append: string; readonly value: string };

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  open(): void;
  inputAt(length: number): number;
  argumentAt(length: number): number;
  scan(length: number, from: number): number;
  decode(): number;
  encode(): number;
  fail(cause: number, status: number): void;
  failRuled(cause: number, code: number): void;
  pong(): void;
  ping(id: bigint): void;
  drain(): number;
  greet(): void;
  rename(id: bigint): void;
  traits(): number;
  release(): void;
  frameKind(): number;
  frameHead(): number;
  frameLength(): bigint;
  frameId(): bigint;
  frameKeep(): number;
  outputAt(): number;
  outputLength(): number;
  outcome(): number;
  code(): number;
  timeoutMs(): number;
  attributes(): number;
  ownAttributes(): number;
  textAt(index: number): number;
  textLength(index: number): number;
}

/** One codec object in one instance of its module: what a proxy would call, without the proxy. */
export class Probe {
  private readonly wasm: Exports;

  private constructor(module: WebAssembly.Module) {
    // Host calls are imported where the SDK is, but no codec makes one outside of a context: all but the log do nothing.
    const log = (_level: number, at: number, length: number) => this.log(at, length);
    const env = new Proxy({}, { get: (_target, name) => (name === "proxy_log" ? log : () => 0) });
    this.wasm = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
    this.wasm._initialize();
    this.wasm.open();
  }

  static async of(source: CodecSource): Promise<Probe> {
    return new Probe(await compileProbe(source));
  }

  /** A new connection. */
  reopen(): void {
    this.wasm.open();
  }

  get memoryBytes(): number {
    return this.wasm.memory.buffer.byteLength;
  }

  traits(): { ids: boolean; ordered: boolean; heartbeat: boolean; session: boolean } {
    const bits = this.wasm.traits();
    return { ids: (bits & 1) > 0, ordered: (bits & 2) > 0, heartbeat: (bits & 4) > 0, session: (bits & 8) > 0 };
  }

  scan(bytes: Uint8Array, from: PeerName): Scanned {
    this.write(this.wasm.inputAt(bytes.length), bytes);
    const scan = SCANS[this.wasm.scan(bytes.length, Peer[from])];
    const { frameKind, frameHead, frameLength, frameId, frameKeep } = this.wasm;
    return {
      scan,
      kind: KINDS[frameKind()],
      head: frameHead(),
      length: BigInt.asUintN(64, frameLength()),
      id: BigInt.asUintN(64, frameId()),
      keep: frameKeep(),
    };
  }

  /** Scans and decodes a whole frame; null where the codec refuses. */
  decode(bytes: Uint8Array, from: PeerName): Decoded | null {
    this.scan(bytes, from);
    const decoded = this.wasm.decode() ? this.decoded() : null;
    this.wasm.release();
    return decoded;
  }

  /** Scans and decodes a whole frame again and again and looks at nothing, for measuring. Whether the codec took it. */
  repeat(bytes: Uint8Array, from: PeerName, times: number): boolean {
    this.write(this.wasm.inputAt(bytes.length), bytes);
    for (let i = 0; i < times; i++) {
      const taken = SCANS[this.wasm.scan(bytes.length, Peer[from])] === "Frame" && this.wasm.decode() !== 0;
      this.wasm.release();
      if (!taken) return false;
    }
    return true;
  }

  /** Scans, decodes and encodes a whole frame with changes; null where the codec refuses. */
  encode(bytes: Uint8Array, from: PeerName, changes: readonly Change[]): Buffer | null {
    this.scan(bytes, from);
    this.argument(Buffer.concat(changes.map(changeBytes)));
    const done = this.wasm.decode() && this.wasm.encode();
    const out = done ? this.output() : null;
    this.wasm.release();
    return out;
  }

  fail(bytes: Uint8Array, cause: Cause, message = "", status = 0): Buffer {
    this.scan(bytes, "Client");
    this.argument(Buffer.from(message));
    this.wasm.fail(CAUSES.indexOf(cause), status);
    return this.finish();
  }

  /** An answer that a rule asks for; without a code where that is -1. */
  failRuled(bytes: Uint8Array, { code = -1, exception = "", message = "" }): Buffer {
    this.scan(bytes, "Client");
    this.argument(Buffer.from(`${exception}\0${message}`));
    this.wasm.failRuled(CAUSES.indexOf("Fault"), code);
    return this.finish();
  }

  pong(bytes: Uint8Array, from: PeerName): Buffer {
    this.scan(bytes, from);
    this.wasm.pong();
    return this.finish();
  }

  ping(id: bigint): Buffer {
    this.wasm.ping(id);
    return this.finish();
  }

  drain(): Buffer | null {
    const drains = this.wasm.drain();
    const out = this.finish();
    return drains ? out : null;
  }

  rename(bytes: Uint8Array, from: PeerName, id: bigint): Buffer {
    this.scan(bytes, from);
    const at = this.wasm.inputAt(bytes.length);
    this.wasm.rename(id);
    const out = this.read(at, bytes.length);
    this.wasm.release();
    return out;
  }

  private decoded(): Decoded {
    const attributes: [string, string][] = [];
    for (let i = 0; i < this.wasm.attributes(); i++) attributes.push([this.text(2 + 2 * i), this.text(3 + 2 * i)]);
    return {
      service: this.text(0),
      operation: this.text(1),
      outcome: OUTCOMES[this.wasm.outcome()],
      code: this.wasm.code(),
      timeoutMs: this.wasm.timeoutMs(),
      own: this.wasm.ownAttributes(),
      attributes,
    };
  }

  private text(index: number): string {
    return this.read(this.wasm.textAt(index), this.wasm.textLength(index)).toString("latin1");
  }

  private argument(bytes: Uint8Array): void {
    this.write(this.wasm.argumentAt(bytes.length), bytes);
  }

  private finish(): Buffer {
    const out = this.output();
    this.wasm.release();
    return out;
  }

  private output(): Buffer {
    return this.read(this.wasm.outputAt(), this.wasm.outputLength());
  }

  private write(at: number, bytes: Uint8Array): void {
    new Uint8Array(this.wasm.memory.buffer, at, bytes.length).set(bytes);
  }

  private read(at: number, length: number): Buffer {
    return Buffer.from(new Uint8Array(this.wasm.memory.buffer, at >>> 0, length));
  }

  private log(at: number, length: number): number {
    console.error(this.read(at, length).toString());
    return 0;
  }
}

function changeBytes(change: Change): Buffer {
  if ("change" in change) return operation(0, change.change, change.value);
  return "append" in change ? operation(2, change.append, change.value) : operation(1, change.remove, "");
}

function operation(code: number, name: string, value: string): Buffer {
  const parts = [name, value].flatMap((text) => {
    const bytes = Buffer.from(text, "latin1");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([Buffer.of(code), ...parts]);
}
