// npm start: builds what is not built yet and runs the bookinfo demo. Plain Node, since nothing may be installed yet.
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./steps/build.mjs";
import { envoy } from "./steps/envoy.mjs";
import { root } from "./steps/run.mjs";

const HELP = `npm start -- [options]

Runs a bookinfo of four services behind Meltemi's own host, by the rules in examples/bookinfo/rules, and shows where
requests go. Edit the rules while it runs: the traffic follows at once, and no connection is cut. Ctrl-C ends.

  --envoy        on a real Envoy: the one that MELTEMI_ENVOY names, the first on PATH, or one installed with pip
  --once         1,000 pages, a summary, and an exit code that says whether all went as the rules say
  --pages N      as --once, with N pages
  --rate N       pages a second, 20 by default
  --rules DIR    another folder of rules
  --help`;

const options = {
  envoy: { type: "boolean", default: false },
  once: { type: "boolean", default: false },
  pages: { type: "string" },
  rate: { type: "string" },
  rules: { type: "string" },
  help: { type: "boolean", default: false },
};

process.exitCode = await start();

async function start() {
  const chosen = read();
  if (typeof chosen === "number") return chosen;
  await build();
  const args = ["--rules", chosen.rules === undefined ? "examples/bookinfo/rules" : resolve(chosen.rules)];
  const pages = chosen.pages ?? (chosen.once ? "1000" : undefined);
  if (pages !== undefined) args.push("--pages", pages);
  if (chosen.rate !== undefined) args.push("--rate", chosen.rate);
  if (chosen.envoy) {
    const binary = envoy();
    // envoy() has said why there is none.
    if (binary === null) return 1;
    args.push("--envoy", binary);
  }
  return demo(args);
}

function read() {
  try {
    const { values } = parseArgs({ options });
    for (const name of ["pages", "rate"]) {
      if (values[name] !== undefined && !/^[1-9]\d{0,6}$/.test(values[name]))
        throw new Error(`--${name}: expected a number above 0, found ${values[name]}`);
    }
    if (!values.help) return values;
    console.log(HELP);
    return 0;
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
}

/** Ctrl-C reaches the demo from the terminal itself; it ends in its own way, and this process waits for it. */
function demo(args) {
  const child = spawn(process.execPath, [join(root, "build/js/examples/bookinfo/main.js"), ...args], {
    stdio: "inherit",
  });
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
