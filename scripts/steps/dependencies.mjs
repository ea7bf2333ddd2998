import { must } from "./run.mjs";
import { whenChanged } from "./stamp.mjs";

/** Installs exactly what the lock file says, when that changed or nothing is installed. */
export function dependencies() {
  return whenChanged({
    name: "dependencies",
    inputs: ["package-lock.json"],
    output: "node_modules/.package-lock.json",
    step: async () => {
      console.log("installing dependencies …");
      await must("npm", ["ci", "--no-audit", "--no-fund"], { quiet: true });
    },
  });
}
