// npm start: builds what is not built yet and runs a demo, bookinfo unless told otherwise. Plain Node, since nothing may be installed yet.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./steps/build.mjs";
import { envoy } from "./steps/envoy.mjs";
import { root } from "./steps/run.mjs";

const BOOKINFO = "bookinfo";

const HELP = `npm start -- [options]

Runs a bookinfo of four services behind Meltemi's own host, by the rules in examples/bookinfo/rules, and shows where
requests go. Edit the rules while it runs: the traffic follows at once, and no connection is cut. Ctrl-C ends.

  --example NAME another demo, on its protocol's real server: NAMES
  --envoy        on a real Envoy: the one that MELTEMI_ENVOY names, the first on PATH, or one installed with pip
  --once         a fixed number of requests, a summary, and an exit code that says whether all went as the rules say
  --pages N      bookinfo: as --once, with N pages in place of 1,000
  --rate N       bookinfo: pages a second, 20 by default
  --rules DIR    another folder of rules
  --help`.replace("NAMES", examples().join(", "));

const options = {
  example: { type: "string", default: BOOKINFO },
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
  const args = ["--rules", chosen.rules === undefined ? `examples/${chosen.example}/rules` : resolve(chosen.rules)];
  args.push(...(chosen.example === BOOKINFO ? ofBookinfo(chosen) : chosen.once ? ["--once"] : []));
  if (chosen.envoy) {
    const binary = await envoy();
    // envoy() has said why there is none.
    if (binary === null) return 1;
    args.push("--envoy", binary);
  }
  return demo(chosen.example, args);
}

function ofBookinfo({ once, pages = once ? "1000" : undefined, rate }) {
  return [...(pages === undefined ? [] : ["--pages", pages]), ...(rate === undefined ? [] : ["--rate", rate])];
}

/** The folders of examples that can be run. */
function examples() {
  const folder = join(root, "examples");
  return readdirSync(folder).filter(
    (name) => existsSync(join(folder, name, "main.ts")) && existsSync(join(folder, name, "rules")),
  );
}

function read() {
  try {
    const { values } = parseArgs({ options });
    for (const name of ["pages", "rate"]) {
      if (values[name] !== undefined && !/^[1-9]\d{0,6}$/.test(values[name]))
        throw new Error(`--${name}: expected a number above 0, found ${values[name]}`);
    }
    if (!values.help) {
      if (!examples().includes(values.example))
        throw new Error(`--example: expected ${examples().join(", ")}, found ${values.example}`);
      if (values.example !== BOOKINFO && (values.pages ?? values.rate) !== undefined)
        throw new Error("--pages, --rate: bookinfo only");
      return values;
    }
    console.log(HELP);
    return 0;
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
}

/** Ctrl-C reaches the demo from the terminal itself; it ends in its own way, and this process waits for it. */
function demo(example, args) {
  const child = spawn(process.execPath, [join(root, `build/js/examples/${example}/main.js`), ...args], {
    stdio: "inherit",
  });
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
