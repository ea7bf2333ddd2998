// What a program imports of Meltemi has a docstring each, as assembly/documentation.spec.ts holds of the SDK.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { entryPoints, undocumented } from "./exports.support.js";

const root = fileURLToPath(new URL("..", import.meta.url));

it("every export of the package's entry points, with its public methods, has a docstring", () => {
  const entries = entryPoints(root);
  expect([...entries.keys()]).toEqual(expect.arrayContaining([".", "./testing", "./testing/codec", "./xds"]));
  expect(
    undocumented(join(root, "tsconfig.json"), entries).map(({ file, name }) => `${file.slice(root.length)} ${name}`),
  ).toEqual([]);
});
