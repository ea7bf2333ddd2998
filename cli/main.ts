#!/usr/bin/env node
import { keepHeapSmall } from "./heap.js";

// Before all else is loaded, which makes the heap grow.
keepHeapSmall();
// Before grpc-js is loaded: what matters of what it would print is in our own errors and log.
process.env["GRPC_VERBOSITY"] ??= "NONE";
// A reader that has seen enough (`meltemi up --help | head -1`) ends nothing.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
const { run } = await import("./run.js");

process.exitCode = await run(process.argv.slice(2));
