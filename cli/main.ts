#!/usr/bin/env node
// Before grpc-js is loaded: what matters of what it would print is in our own errors and log.
process.env["GRPC_VERBOSITY"] ??= "NONE";
const { run } = await import("./run.js");

process.exitCode = await run(process.argv.slice(2));

export {};
