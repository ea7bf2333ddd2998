import { expect, test } from "vitest";
import { ownModules } from "../own-modules.js";
import { readModules } from "./index.js";

test("codecs say themselves whether a backend connection carries many requests at a time", async () => {
  const { codecs } = await readModules(ownModules());
  const said = Object.fromEntries([...codecs].map(([name, { multiplexed }]) => [name, multiplexed]));
  expect(said).toMatchObject({ awesomerpc: true, dubbo: true, thrift: false });
});
