import { jco } from "./jco.js";

// The types of wit/codec.wit, as jco has them in JavaScript.

/** Who sent a frame. */
export type Sender = "client" | "server";

/** Why nothing comes of a frame: `payload` of the error that is thrown. */
export type Refusal =
  /** `val`: so many bytes the frame has in all; 0 where that is not known yet. */
  { readonly tag: "incomplete"; readonly val: bigint } | { readonly tag: "malformed" | "unsupported" | "closed" };

/** What a proxy does with a message of a session, as `Step` in the SDK has it. */
export type SessionStep =
  | "pass"
  | "replace"
  | "answer"
  | "refuse"
  | "open"
  | "open-opaque"
  | "follow"
  | "name"
  | "end"
  | "release"
  | "replace-and-release";

/** Why a request was not served. */
export type ReplyCause =
  | "no-route"
  | "unavailable"
  | "timeout"
  | "denied"
  | "limited"
  | "too-large"
  | "unreadable"
  | "fault";

/** What a frame says. */
export interface CodecMessage {
  readonly kind: string;
  readonly id: bigint;
  /** Of the frame, in bytes, all in. */
  readonly length: number;
  readonly service: string;
  readonly operation: string;
  readonly outcome: string;
  readonly code: number;
  /** 0: none. */
  readonly timeoutMs: number;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  /** Of a session's messages. */
  readonly step?: SessionStep;
}

/** An attribute's new value; without one it is removed. */
export interface AttributeChange {
  readonly name: string;
  readonly value?: string;
}

/** A codec behind wit/codec.wit. Where nothing comes of a frame, functions throw an error whose `payload` is a `Refusal`. */
export interface CodecComponent {
  /** The codec's own settings, JSON, from now on. Throws an error whose `payload` says what is wrong. */
  configure(settings: string): void;
  /** A connection, by its number: what its codec remembers from frame to frame. */
  open(): number;
  /** The first frame of some bytes, the next of this sender's on a connection. What is refused was not read. */
  read(connection: number, sender: Sender, bytes: Uint8Array): CodecMessage;
  /** Forgets a connection. */
  close(connection: number): void;
  /** The first frame of some bytes, as a connection's first. */
  decode(sender: Sender, bytes: Uint8Array): CodecMessage;
  /** The first frame, with attributes changed. */
  encode(sender: Sender, bytes: Uint8Array, changes: readonly AttributeChange[]): Uint8Array;
  /** The protocol's own answer to a request that was not served. */
  error(request: Uint8Array, why: ReplyCause, message: string): Uint8Array;
}

interface Transpiled {
  instantiate(coreModule: () => WebAssembly.Module, imports: object): CodecComponent;
}

/** Makes a component callable. @throws where it is none, or jco is not installed */
export async function loadComponent(component: Uint8Array): Promise<CodecComponent> {
  const { script, core } = await transpiledOf(component);
  const url = `data:text/javascript;base64,${Buffer.from(script).toString("base64")}`;
  const transpiled = (await import(url)) as Transpiled;
  return transpiled.instantiate(() => new WebAssembly.Module(core), {});
}

/** A component's core module, for who calls it by the canonical ABI. @throws as `loadComponent` */
export async function coreModule(component: Uint8Array): Promise<WebAssembly.Module> {
  return new WebAssembly.Module((await transpiledOf(component)).core);
}

async function transpiledOf(component: Uint8Array): Promise<{ script: Uint8Array; core: Uint8Array<ArrayBuffer> }> {
  const { transpile } = await jco();
  const options = { name: "codec", instantiation: "sync", noTypescript: true, nodejsCompat: false } as const;
  const { files } = await transpile(component, options).catch((error: unknown) => {
    throw new Error(`not a component of wit/codec.wit: ${error instanceof Error ? error.message : String(error)}`);
  });
  const { "codec.js": script, "codec.core.wasm": core } = files;
  if (!script || !core) throw new Error("not a component of wit/codec.wit: it has no module of its own");
  return { script, core: new Uint8Array(core) };
}
