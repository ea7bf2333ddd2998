/** Text as the byte string of its UTF-8. */
export function utf8(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is ASCII needs no conversion
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The item at an index that was written as text. */
export function itemAt<T>(items: readonly T[], index: string): T | undefined {
  return /^[0-9]{1,9}$/.test(index) ? items[Number(index)] : undefined;
}
