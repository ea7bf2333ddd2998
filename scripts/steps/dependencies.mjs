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
      // Not `npm ci`: it refuses a lock file that lacks a package for a platform nobody here has, which a registry
      // without that package leaves out. This takes the locked versions too, and leaves the lock file as it is.
      await must("npm", ["install", "--no-save", "--no-audit", "--no-fund"], { quiet: true });
    },
  });
}
