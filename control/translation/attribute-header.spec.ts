import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { attributeHeader } from "./attribute-header.js";

interface Vectors {
  readonly headers: readonly { readonly name: string; readonly header: string }[];
}

// The codecs' own tests read the same file.
const file = new URL("../../assembly/bridge/attribute-vectors.json", import.meta.url);
const { headers } = JSON.parse(readFileSync(file, "utf8")) as Vectors;

test.each(headers)("$name travels as $header", ({ name, header }) => {
  expect(attributeHeader(name)).toBe(header);
});
