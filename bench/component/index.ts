import asc from "assemblyscript/asc";
import { buildComponent, type Compiler, coreModule, loadComponent } from "../../testing/component/index.js";
import type { Effort } from "../measure.js";
import { rounded } from "../statistics.js";
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
  return ways.map(({ way }, i) => ({ way, microseconds: middle(runs[i] ?? []) }));
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

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** request = length u32 (of what follows), magic u8, kind u8, id u64, service str8, method str8, count u16, (str16, str16)…, payload */
function frame(): Buffer {
  const text = (size: 1 | 2, said: string) => {
    const length = Buffer.alloc(size);
    length.writeUIntBE(said.length, 0, size);
    return Buffer.concat([length, Buffer.from(said)]);
  };
  // Service and method are attributes too.
  const own = Array.from({ length: ATTRIBUTES - 2 }, (_, index) => [`header-${index}`, `the value of it ${index}`]);
  const body = Buffer.concat([
    Buffer.from("a7000000000000000007", "hex"),
    text(1, "reviews.bookinfo"),
    text(1, "list"),
    Buffer.from([0, own.length]),
    ...own.flatMap((pair) => pair.map((said) => text(2, said))),
    Buffer.alloc(100),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
