/**
 * Header strings are byte strings: each character is one byte (latin1), as on the wire.
 * Text from configuration is UTF-8 and is turned into this form before it is compared or sent.
 */

/** The byte-string form of a text from configuration. */
export function toByteString(text: string): string {
  // Only texts beyond ASCII differ between the two forms.
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text that a byte string spells in UTF-8; bytes that are no UTF-8 become U+FFFD. */
export function toText(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

/** Lower-cases A-Z only, as Envoy does; other bytes keep their value. */
export function asciiLower(bytes: string): string {
  return bytes.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
