import { join } from "node:path";
import { must, root } from "./run.mjs";
import { whenChanged } from "./stamp.mjs";

/** Compiles the TypeScript into build/js; type errors end the build. */
export function javascript() {
  return whenChanged({
    name: "javascript",
    inputs: [
      ...["tsconfig.json", "tsconfig.build.json", "package-lock.json", "index.ts"],
      ...["xds", "host", "control", "testing", "cli", "examples", "bench", "build/stamps/protos"],
    ],
    output: "build/js/cli/main.js",
    step: async () => {
      console.log("compiling TypeScript …");
      await must(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json"]);
    },
  });
}
