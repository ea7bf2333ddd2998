import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Module, readModules } from "../source/index.js";
import { protocolNeeds } from "./lanes.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { codecs } = await readModules(`${root}build/wasm`);

/** The line of the codec's README that the table of protocols is made of. */
function line(name: string): string {
  const file = [`filters/codecs/${name}`, `examples/${name}/codec`]
    .map((folder) => `${root}${folder}/README.md`)
    .find((path) => existsSync(path));
  return readFileSync(file ?? "", "utf8").split("\n")[4] ?? "";
}

function needs({ name, lane, pins, multiplexed }: Module): string | undefined {
  return protocolNeeds({ name, lane, pins, mode: multiplexed ? "multiplexed" : "plain" });
}

test.each([...codecs.values()].map((module) => [module.name, module] as const))(
  "the README of %s says whether it goes by flows, in the words of meltemi status",
  (name, module) => {
    const why = needs(module);
    const says = why === undefined ? "or flow" : module.lane === "session" ? "| session |" : `no flows: ${why}`;
    expect(line(name)).toContain(says);
  },
);

test("there are protocols of each kind", () => {
  const found = [...codecs.values()].map(needs);
  expect(found.filter((why) => why === undefined).length).toBeGreaterThan(0);
  expect(found.filter((why) => why !== undefined).length).toBeGreaterThan(0);
});
