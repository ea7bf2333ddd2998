import { parseArgs } from "node:util";
import { type Example, runExample } from "./example.js";

/** What an example's main.ts runs: `npm start -- --example NAME` gives the options. */
export async function main(example: Example): Promise<void> {
  const { values } = parseArgs({
    options: { rules: { type: "string" }, envoy: { type: "string" }, once: { type: "boolean", default: false } },
  });
  const stop = new AbortController();
  // Whoever read the output has gone (`npm start | head`): so does the demo.
  process.stdout.on("error", () => stop.abort());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  try {
    process.exitCode = await runExample(example, {
      rules: values.rules ?? `examples/${example.name}/rules`,
      ...(values.envoy === undefined ? {} : { envoy: values.envoy }),
      once: values.once,
      signal: stop.signal,
      out: process.stdout,
    });
  } catch (error) {
    console.error(`${example.name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
