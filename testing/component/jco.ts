/** As much of jco as is used; it is large, so it is only there where its user installed it. */
interface Jco {
  componentEmbed(options: { binary: Uint8Array; witSource: string; stringEncoding: "utf16" }): Promise<Uint8Array>;
  componentNew(core: Uint8Array, adapters: []): Promise<Uint8Array>;
  transpile(
    component: Uint8Array,
    options: { name: string; instantiation: "sync"; noTypescript: boolean; nodejsCompat: boolean },
  ): Promise<{ readonly files: Readonly<Record<string, Uint8Array>> }>;
}

/** @throws where it is not installed */
export async function jco(): Promise<Jco> {
  try {
    return (await import("@bytecodealliance/jco")) as unknown as Jco;
  } catch (error) {
    throw new Error("components need jco: npm install --save-dev @bytecodealliance/jco@1.34.0", { cause: error });
  }
}
