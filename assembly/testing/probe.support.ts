import type { PeerName } from "../../testing/codec/index.js";
import { type CodecSource, compileProbe } from "./compile.support.js";

export type { PeerName };

export const Peer = { Client: 0, Server: 1 } as const;

// The names stand in the order of the enums in assembly/codec.
const SCANS = ["More", "Frame", "Bad"] as const;
const KINDS = ["Request", "OneWay", "Response", "Ping", "Pong", "Drain", "Opaque", "Local", "Session"] as const;
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
  greet(): number;
  answer(): void;
  prepare(state: number): number;
  admitted(): number;
  parts(): number;
  part(index: number): void;
  join(): void;
  state(): number;
  rename(id: bigint): void;
  traits(): number;
  endCallback(): void;
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

  traits(): { ids: boolean; ordered: boolean; heartbeat: boolean; pipelined: boolean; pins: boolean } {
    const bits = this.wasm.traits();
    const [ids, ordered, heartbeat] = [(bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0];
    return { ids, ordered, heartbeat, pipelined: (bits & 8) > 0, pins: (bits & 16) > 0 };
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
    let taken = true;
    for (let i = 0; i < times && taken; i++) {
      taken = SCANS[this.wasm.scan(bytes.length, Peer[from])] === "Frame" && this.wasm.decode() !== 0;
      this.wasm.endCallback();
    }
    this.wasm.release();
    return taken;
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

  /** The answer to a request of `Kind.Local`. */
  answer(bytes: Uint8Array): Buffer {
    this.scan(bytes, "Client");
    this.wasm.answer();
    return this.finish();
  }

  greet(): { readonly answers: number; readonly bytes: Buffer } {
    return { answers: this.wasm.greet(), bytes: this.finish() };
  }

  prepare(state: number): { readonly answers: number; readonly bytes: Buffer } {
    return { answers: this.wasm.prepare(state), bytes: this.finish() };
  }

  /** Of an answer to a greeting. */
  admitted(answer: Uint8Array): boolean {
    this.scan(answer, "Server");
    const admitted = this.wasm.admitted() > 0;
    this.wasm.release();
    return admitted;
  }

  /** The requests that this one is passed on as. */
  parts(bytes: Uint8Array): Buffer[] {
    this.scan(bytes, "Client");
    const count = this.wasm.parts();
    this.wasm.release();
    return Array.from({ length: count }, (_, index) => {
      this.scan(bytes, "Client");
      this.wasm.part(index);
      return this.finish();
    });
  }

  /** One answer out of those to all parts. */
  join(bytes: Uint8Array, answers: readonly Uint8Array[]): Buffer {
    this.scan(bytes, "Client");
    this.argument(Buffer.concat(answers.map(sized)));
    this.wasm.join();
    return this.finish();
  }

  /** `Metadata.state` of the last `decode`. */
  get state(): number {
    return this.wasm.state();
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
  const parts = [name, value].map((text) => sized(Buffer.from(text, "latin1")));
  return Buffer.concat([Buffer.of(code), ...parts]);
}

/** Bytes behind their length, a u32. */
function sized(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
