/** Bytes as a test writes them; text is UTF-8. */
export type BytesInit = string | Uint8Array;

/** The bytes that a test means. */
export function toBytes(init: BytesInit): Buffer {
  return typeof init === "string" ? Buffer.from(init, "utf8") : Buffer.from(init);
}

const MOST_SHOWN = 256;

/** Bytes as people read them: text in quotes where they are text, hex where not; long ones are cut. */
export function show(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, MOST_SHOWN));
  const text = shown.toString("utf8");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these make text unreadable
  const readable = Buffer.from(text, "utf8").equals(shown) && !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);
  const cut = bytes.length > MOST_SHOWN ? " …" : "";
  return `${bytes.length} bytes: ${readable ? JSON.stringify(text) : shown.toString("hex")}${cut}`;
}
