// As assembly/codec/declared.ts has them.
const IDS = 1;
const HEARTBEAT = 4;
const PIPELINED = 8;
const PINS = 16;

interface Exports {
  _initialize?: () => void;
  meltemi_codec_traits?: () => number;
}

/** The export by which a codec says that its connections are sessions. */
const SESSION_EXPORT = "meltemi_lane_session";

/** How a codec's protocol passes a proxy. */
export type Lane = "request" | "session";

/** What a module says of its protocol. */
export interface Traits {
  /** Whether requests of many callers can share a backend connection: by their ids or their order, and with a heartbeat. */
  readonly multiplexed: boolean;
  readonly lane: Lane;
  /** On the request lane: whether some requests bind the client's connection to one backend for a while. */
  readonly pins: boolean;
}

/** Reads them off a module's exports. */
export async function traitsOf(bytes: Uint8Array): Promise<Traits> {
  const module = await WebAssembly.compile(new Uint8Array(bytes));
  const session = WebAssembly.Module.exports(module).some(({ name }) => name === SESSION_EXPORT);
  const bits = declaredBits(module);
  return {
    // A module that says nothing is left to do what it is told.
    multiplexed: bits === undefined || ((bits & HEARTBEAT) !== 0 && (bits & (IDS | PIPELINED)) !== 0),
    lane: session ? "session" : "request",
    pins: bits !== undefined && (bits & PINS) !== 0,
  };
}

/** The module itself is asked, without a proxy: its host calls do nothing. Undefined: it says nothing. */
function declaredBits(module: WebAssembly.Module): number | undefined {
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === "meltemi_codec_traits")) return undefined;
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] = { ...imports[from], [name]: () => 0 };
  }
  const exports = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
  exports._initialize?.();
  const bits = exports.meltemi_codec_traits?.() ?? -1;
  return bits < 0 ? undefined : bits;
}
