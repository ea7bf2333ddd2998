// As assembly/codec/declared.ts has them.
const IDS = 1;
const HEARTBEAT = 4;

interface Exports {
  _initialize?: () => void;
  meltemi_codec_traits?: () => number;
}

/**
 * Whether a codec can tell the answers of one backend connection apart, as the module itself says. It is asked without a
 * proxy: its host calls do nothing. A module that says nothing is left to do what it is told.
 */
export async function isMultiplexed(bytes: Uint8Array): Promise<boolean> {
  const module = await WebAssembly.compile(new Uint8Array(bytes));
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
