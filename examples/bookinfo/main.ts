// What `npm start` runs once everything is built.
import { parseArgs } from "node:util";
import { runDemo } from "./index.js";

const { values } = parseArgs({
  options: {
    rules: { type: "string" },
    envoy: { type: "string" },
    pages: { type: "string" },
    rate: { type: "string", default: "20" },
  },
});

const stop = new AbortController();
// Whoever read the output has gone (`npm start | head`): so does the demo.
process.stdout.on("error", () => stop.abort());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

try {
  process.exitCode = await runDemo({
    rules: values.rules ?? "examples/bookinfo/rules",
    ...(values.envoy === undefined ? {} : { envoy: values.envoy }),
    ...(values.pages === undefined ? {} : { pages: Number(values.pages) }),
    pagesPerSecond: Number(values.rate),
    signal: stop.signal,
    out: process.stdout,
  });
} catch (error) {
  console.error(`bookinfo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
