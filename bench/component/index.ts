import asc from "assemblyscript/asc";
import { encode, Kind } from "../../examples/awesomerpc/index.js";
import { buildComponent, type Compiler, coreModule, loadComponent } from "../../testing/component/index.js";
import type { Effort } from "../measure.js";
import { percentile, rounded } from "../statistics.js";
import { markdown } from "../table.js";
import { decoder } from "./core.js";

/** What one way of calling costs. */
export interface ComponentFigure {
  readonly way: string;
  /** Of one `decode`. */
  readonly microseconds: number;
}

const ENTRY = "examples/awesomerpc/codec/index.ts";
const ATTRIBUTES = 5;
/** How often between two looks at the clock. */
const TIMES = 500;
const MOST_SECONDS = 1;

/** Measures each way in turn, round after round; for each the median. From the repository's root, which is built. */
export async function componentFigures({ rounds, seconds }: Effort): Promise<ComponentFigure[]> {
  const compiler = asc as unknown as Compiler;
  const source = { folder: process.cwd(), entry: ENTRY, compiler, packages: "build/packages" };
  const component = await buildComponent(source);
  const codec = await loadComponent(component);
  const core = decoder(await coreModule(component));
  const bytes = frame();
  const said = [codec.decode("client", bytes).attributes.length, core.whole(bytes).attributes.length];
  if (said.some((attributes) => attributes !== ATTRIBUTES)) throw new Error(`expected five attributes, found ${said}`);
  const ways = [
    { way: "through jco's bindings", call: () => codec.decode("client", bytes) },
    { way: "the core module, strings by hand", call: () => core.whole(bytes) },
    { way: "the core module, no strings", call: () => core.bare(bytes) },
  ];
  const runs = ways.map((): number[] => []);
  const each = Math.min(seconds, MOST_SECONDS);
  for (const { call } of ways) microseconds(call, each / 2);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { call }] of ways.entries()) runs[i]?.push(microseconds(call, each));
  }
  return ways.map(({ way }, i) => ({ way, microseconds: percentile(runs[i] ?? [], 0.5) }));
}

/** A section of the results, in Markdown. */
export function componentTable(figures: readonly ComponentFigure[]): string {
  const least = Math.min(...figures.map((figure) => figure.microseconds));
  const rows = figures.map(({ way, microseconds: µs }) => [way, rounded(µs / least), rounded(µs)]);
  return `### decode of a component\n\n${markdown(["call", "÷ least", "µs"], rows)}`;
}

/** CPU of this process for one call, of so many seconds of it: code that the machine let run for less is not warm. */
function microseconds(call: () => unknown, seconds: number): number {
  const before = process.cpuUsage();
  for (let calls = 0; ; ) {
    for (let i = 0; i < TIMES; i++) call();
    calls += TIMES;
    const { user, system } = process.cpuUsage(before);
    if (user + system >= seconds * 1e6) return (user + system) / calls;
  }
}

/** A request with five attributes: service and method are two of them. */
function frame(): Buffer {
  const headers = Array.from(
    { length: ATTRIBUTES - 2 },
    (_, index) => [`header-${index}`, `the value of it ${index}`] as const,
  );
  const target = { service: "reviews.bookinfo", method: "list" };
  return encode({ kind: Kind.request, id: 7n, ...target, headers, payload: Buffer.alloc(100) });
}
