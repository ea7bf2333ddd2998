// As assembly/codec/declared.ts has them.
const IDS = 1;
const HEARTBEAT = 4;

interface Exports {
  _initialize?: () => void;
  meltemi_codec_traits?: () => number;
}

/** The export by which a codec says that its connections are sessions. */
const SESSION_EXPORT = "meltemi_lane_session";

/** How a codec's protocol passes a proxy. */
export type Lane = "request" | "session";

/** What a module says of itself by its exports. */
export async function traitsOf(bytes: Uint8Array): Promise<{ readonly multiplexed: boolean; readonly lane: Lane }> {
  const module = await WebAssembly.compile(new Uint8Array(bytes));
  const session = WebAssembly.Module.exports(module).some(({ name }) => name === SESSION_EXPORT);
  return { multiplexed: isMultiplexed(module), lane: session ? "session" : "request" };
}

/**
 * Whether a codec can tell the answers of one backend connection apart, as the module itself says. It is asked without a
 * proxy: its host calls do nothing. A module that says nothing is left to do what it is told.
 */
function isMultiplexed(module: WebAssembly.Module): boolean {
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === "meltemi_codec_traits")) return true;
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] = { ...imports[from], [name]: () => 0 };
  }
  const exports = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
  exports._initialize?.();
  const traits = exports.meltemi_codec_traits?.() ?? -1;
  return traits < 0 || (traits & (IDS | HEARTBEAT)) === (IDS | HEARTBEAT);
}
