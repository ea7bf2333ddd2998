import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Module } from "./case.js";

const OUTPUTS = fileURLToPath(new URL("../../build/differential/", import.meta.url));
const folder = (name: string) => fileURLToPath(new URL(`modules/${name}`, import.meta.url));

/** A compiler of another language, and how it makes a module of a folder. */
export interface Toolchain {
  readonly language: string;
  /** Why it cannot be used on this machine; undefined where it can. */
  missing(): string | undefined;
  readonly module: Module;
}

/** Go's own compiler, with the Go SDK. */
export const GO: Toolchain = {
  language: "go",
  missing: () => lacks("go", ["version"]),
  module: async () => {
    const output = `${OUTPUTS}go.wasm`;
    mkdirSync(OUTPUTS, { recursive: true });
    const environment = { GOOS: "wasip1", GOARCH: "wasm", GOFLAGS: "-mod=readonly" };
    run("go", ["build", "-buildmode=c-shared", "-o", output, "."], folder("go"), environment);
    return readFileSync(output);
  },
};

/** cargo, with the Rust SDK. */
export const RUST: Toolchain = {
  language: "rust",
  missing: () =>
    lacks("cargo", ["--version"]) ??
    (targets().includes("wasm32-wasip1") ? undefined : "rustc has no target wasm32-wasip1"),
  module: async () => {
    mkdirSync(OUTPUTS, { recursive: true });
    const options = ["--release", "--locked", "--target", "wasm32-wasip1", "--target-dir", `${OUTPUTS}rust`];
    run("cargo", ["build", ...options], folder("rust"), {});
    return readFileSync(`${OUTPUTS}rust/wasm32-wasip1/release/differential.wasm`);
  },
};

function lacks(command: string, args: readonly string[]): string | undefined {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0 ? undefined : `there is no ${command}`;
}

function targets(): string[] {
  return spawnSync("rustup", ["target", "list", "--installed"], { encoding: "utf8" }).stdout?.split("\n") ?? [];
}

function run(command: string, args: readonly string[], cwd: string, environment: Record<string, string>): void {
  const { status, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}`);
}
