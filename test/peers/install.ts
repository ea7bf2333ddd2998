import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../.peers/", import.meta.url));

/** A folder in `.peers`, or why it cannot be had. */
export type Installed = { readonly folder: string } | { readonly missing: string };

/**
 * A package of PyPI, installed for the tests alone.
 * @param onlyWheel nothing is compiled, and nothing that it needs comes along; it cannot be had without a wheel for this machine
 */
export function fromPyPi(name: string, requirement: string, { onlyWheel = false } = {}): Installed {
  try {
    execFileSync("python3", ["-m", "pip", "--version"], { stdio: "ignore" });
  } catch {
    return { missing: "there is no python3 with pip here" };
  }
  const options = [
    "--quiet",
    "--disable-pip-version-check",
    ...(onlyWheel ? ["--only-binary=:all:", "--no-deps"] : []),
  ];
  return install(name, "python3", (folder) => ["-m", "pip", "install", ...options, "--target", folder, requirement]);
}

/** A package of npm, likewise. */
export function fromNpm(name: string, requirement: string): Installed {
  const options = ["--silent", "--no-audit", "--no-fund"];
  return install(name, "npm", (folder) => ["install", ...options, "--prefix", folder, requirement]);
}

/**
 * What a program of Go's makes in a folder with these files: run, not installed.
 * @param program with its version
 */
export function fromGo(
  name: string,
  program: string,
  args: readonly string[],
  files: Readonly<Record<string, string>>,
): Installed {
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
  } catch {
    return { missing: "there is no go here" };
  }
  return install(name, "go", (folder) => {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return ["run", program, ...args];
  });
}

/** Installs into a folder of its own first: test files run side by side, and one that was cut short is not a whole one. */
function install(name: string, command: string, args: (folder: string) => string[]): Installed {
  const folder = FOLDER + name;
  if (existsSync(folder)) return { folder };
  mkdirSync(dirname(folder), { recursive: true });
  const staging = mkdtempSync(`${folder}-new-`);
  try {
    execFileSync(command, args(staging), { stdio: "ignore", cwd: staging });
    if (!existsSync(folder)) renameSync(staging, folder);
    return { folder };
  } catch (error) {
    // Another test file may have been first.
    if (existsSync(folder)) return { folder };
    return { missing: `${name}: ${error instanceof Error ? error.message.split("\n")[0] : error}` };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
