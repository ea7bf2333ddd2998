// npm run bench: builds, finds Envoy, and measures. See bench/README.md.
import { build } from "./steps/build.mjs";
import { envoy } from "./steps/envoy.mjs";
import { run } from "./steps/run.mjs";

await build();
const binary = await envoy();
const env = binary ? { MELTEMI_ENVOY: binary } : {};
process.exitCode = await run(process.execPath, ["build/js/bench/main.js", ...process.argv.slice(2)], { env });
