import { test } from "vitest";
import type { Case } from "./case.js";
import { differential } from "./differential.js";
import { GO, RUST } from "./foreign.js";

for (const { language, missing, module } of [GO, RUST]) {
  const why = missing();
  if (why !== undefined) {
    console.log(`a module in ${language}: skipped, ${why}`);
    test.skip(`a module in ${language}: ${why}`);
    continue;
  }
  const http: Case["http"] = [{ path: "/a?b=1" }, { path: "/b", body: ["hello"] }];
  const cases: Case[] = [{ name: language, module, configuration: "as it is", http }];
  differential(`a module in ${language}, on the host as on Envoy`, cases);
}
