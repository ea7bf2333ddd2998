import { beforeEach, expect, it } from "vitest";
import { compileModule } from "../../testing/compile.support.js";

const ENTRY = `
  import { arenaTake, releaseArena, Slice } from "../../bytes";
  import { Call, Calls, CallStatus } from "./index";
  export { meltemiAbort } from "../../abi";
  @unmanaged class Counted extends Call {}
  const call = new Counted();
  export function take(size: i32): usize { return arenaTake(size); }
  export function count(destination: bool, ptr: usize, length: i32): void {
    const calls = Calls.of("svc.test:80", "any", destination ? "destination" : "source");
    calls.begin(call, null, Slice.empty());
    call.version = calls.versionOf(Slice.view(ptr, length));
    calls.end(call, CallStatus.Success, 0, Slice.empty());
    calls.flush();
    releaseArena();
  }
`;

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  take(size: number): number;
  count(destination: number, at: number, length: number): void;
}

/** Properties of the proxy, by their paths joined with dots. */
const NODE: Readonly<Record<string, string>> = {
  "xds.node.metadata.WORKLOAD_NAME": "shop-v2",
  "xds.node.metadata.LABELS.version": 'v2;reporter="x"',
};
const MOST_VERSIONS = 32;

const compiled = compileModule("assembly/bridge/calls/calls-probe.ts", ENTRY);

let wasm: Exports;
let asked: string[];
/** `istio_requests_total`, by its labels. */
let totals: Map<string, number>;

beforeEach(async () => {
  const names: string[] = [];
  asked = [];
  totals = new Map();
  const read = (at: number, length: number): string => Buffer.from(wasm.memory.buffer, at, length).toString();
  const word = (at: number, value: number): void => new DataView(wasm.memory.buffer).setUint32(at, value, true);
  const calls: Record<string, (...args: number[]) => number> = {
    proxy_define_metric: (_type = 0, at = 0, length = 0, id = 0) => {
      word(id, names.push(read(at, length)) - 1);
      return 0;
    },
    proxy_increment_metric: (id = 0, by = 0) => {
      const [name = "", ...labels] = names[id]?.split(";") ?? [];
      if (name === "istio_requests_total")
        totals.set(labels.join(";"), (totals.get(labels.join(";")) ?? 0) + Number(by));
      return 0;
    },
    proxy_get_property: (at = 0, length = 0, ptr = 0, size = 0) => {
      const path = read(at, length).replaceAll("\0", ".");
      asked.push(path);
      const value = Buffer.from(NODE[path] ?? "");
      const to = wasm.take(value.length);
      new Uint8Array(wasm.memory.buffer).set(value, to);
      word(ptr, to);
      word(size, value.length);
      return path in NODE ? 0 : 1;
    },
  };
  const env = new Proxy(calls, { get: (known, name) => known[String(name)] ?? (() => 0) });
  wasm = new WebAssembly.Instance(await compiled, { env }).exports as unknown as Exports;
  wasm._initialize();
});

function count(version: string, reporter: "source" | "destination" = "source"): void {
  const bytes = Buffer.from(version);
  const at = wasm.take(bytes.length);
  new Uint8Array(wasm.memory.buffer).set(bytes, at);
  wasm.count(reporter === "destination" ? 1 : 0, at, bytes.length);
}

const labelsOf = (series: string): Record<string, string> =>
  Object.fromEntries(series.split(";").map((label) => label.split("=")));

it("gives the node's workload as the one that calls, in characters that a label may have", () => {
  count("v1");
  expect([...totals.keys()].map(labelsOf)).toEqual([
    expect.objectContaining({
      reporter: "source",
      source_workload: "shop-v2",
      source_app: "unknown",
      source_version: "v2_reporter__x_",
    }),
  ]);
});

it("asks the proxy for that once", () => {
  for (let index = 0; index < 5; index++) count(`v${index}`);
  expect(asked.length).toBe(new Set(asked).size);
});

it("knows nothing of who calls beside the application", () => {
  count("v1", "destination");
  expect(asked).toEqual([]);
  const unknown = { source_workload: "unknown", source_app: "unknown", source_version: "unknown" };
  expect([...totals.keys()].map(labelsOf)).toEqual([expect.objectContaining(unknown)]);
});

it("tells so many versions apart, and counts the others together", () => {
  const versions = Array.from({ length: 100 }, (_, index) => `v${index}`);
  for (const version of [...versions, ...versions]) count(version);
  const counted = new Map([...totals].map(([series, value]) => [labelsOf(series)["destination_version"] ?? "", value]));
  // Two numbers are taken: by what nobody says, and by what is one too many.
  const known = versions.slice(0, MOST_VERSIONS - 2);
  expect(counted).toEqual(
    new Map([...known.map((version) => [version, 2] as const), ["other", 2 * (100 - known.length)]]),
  );
});
