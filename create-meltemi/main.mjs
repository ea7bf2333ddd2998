#!/usr/bin/env node
// npm create meltemi filter|codec FOLDER: as meltemi new, of the Meltemi that is installed beside this.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const file = require.resolve("meltemi/package.json");
const command = join(dirname(file), require(file).bin.meltemi);
const { status, error } = spawnSync(process.execPath, [command, "new", ...process.argv.slice(2)], { stdio: "inherit" });
if (error) throw error;
process.exitCode = status ?? 1;
