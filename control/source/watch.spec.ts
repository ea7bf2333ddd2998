import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatProblem, type Loaded, type Watch, watchFolder } from "./index.js";

let folder: string;
let loads: Loaded[];
let watch: Watch | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "meltemi-rules-"));
  loads = [];
});

afterEach(async () => {
  await watch?.close();
  rmSync(folder, { recursive: true });
});

function protocol(name: string, codec = name): string {
  const head = "apiVersion: metaprotocol.aeraki.io/v1alpha1\nkind: ApplicationProtocol\n";
  return `${head}metadata: {name: ${name}}\nspec: {protocol: ${name}, codec: ${codec}}\n`;
}

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

async function follow(options?: Parameters<typeof watchFolder>[2]): Promise<void> {
  watch = await watchFolder(folder, (loaded) => void loads.push(loaded), { settle: 20, ...options });
}

async function next(count: number): Promise<Loaded> {
  await expect.poll(() => loads.length, { timeout: 5000 }).toBe(count);
  return loads.at(-1) as Loaded;
}

const names = ({ rules }: Loaded) => rules?.applicationProtocols.map(({ name }) => name);

test("what is there comes before watchFolder returns, and each change after it", async () => {
  write("a.yaml", protocol("a"));
  await follow();
  expect(loads.map(names)).toEqual([["a"]]);
  mkdirSync(join(folder, "more"));
  write("more/b.yml", protocol("b"));
  expect(names(await next(2))).toEqual(["a", "b"]);
  // As editors do it: a new file takes the place of the old one.
  write("a.yaml.tmp", protocol("c"));
  renameSync(join(folder, "a.yaml.tmp"), join(folder, "a.yaml"));
  expect(names(await next(3))).toEqual(["c", "b"]);
  rmSync(join(folder, "more/b.yml"));
  expect(names(await next(4))).toEqual(["c"]);
});

test("files that change together are read together, and what says the same is no change", async () => {
  await follow();
  for (const name of ["a", "b", "c", "d"]) write(`${name}.yaml`, protocol(name));
  expect(names(await next(2))).toEqual(["a", "b", "c", "d"]);
  write("a.yaml", protocol("a"));
  write("notes.txt", "no rule");
  write(".hidden.yaml", "no rule: [");
  write("b.yaml", protocol("b", "other"));
  await next(3);
});

test("errors come without rules, and go with the mistake", async () => {
  write("a.yaml", protocol("a"));
  await follow();
  write("a.yaml", "kind: [");
  const bad = await next(2);
  expect(bad.rules).toBeUndefined();
  expect(bad.problems.map(formatProblem)[0]).toMatch(/a\.yaml:1:\d+: error: not readable as YAML/);
  write("a.yaml", protocol("a"));
  expect(names(await next(3))).toEqual(["a"]);
});

test("names of services that DNS resolves are looked up, and looked up again", async () => {
  const entry = (host: string) =>
    `apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: x}\n` +
    `spec: {hosts: [${host}], ports: [{number: 1, name: tcp-metaprotocol-a}], resolution: DNS}\n`;
  write("a.yaml", entry("localhost"));
  await follow({ refresh: 50 });
  expect(loads[0]?.rules?.addresses.get("localhost")).toContain("127.0.0.1");
  write("a.yaml", entry("no-such-name.invalid"));
  const unknown = await next(2);
  expect(unknown.rules?.addresses.get("no-such-name.invalid")).toEqual([]);
  expect(unknown.problems.map(formatProblem)[0]).toMatch(/a\.yaml:4:\d+: warning: spec\.hosts\[0\]: DNS does not know/);
});

test("a folder that is not there is an error, not a crash", async () => {
  const missing = join(folder, "missing");
  const other = await watchFolder(missing, (loaded) => void loads.push(loaded));
  await other.close();
  expect(loads[0]?.problems.map(formatProblem)[0]).toContain("missing:1:1: error: cannot be read: ENOENT");
});
