import type { CodecSpeed } from "./codecs.js";
import { type Load, type Measurement, PATHS, type Path } from "./measurement.js";
import { rounded } from "./statistics.js";

const LANES: readonly Path[] = ["request", "flow", "session"];
const OTHERS: readonly Path[] = ["cpp", "cpp-older", "http", "tcp", "tcp-codec"];

/** How figures are shown, by the name of their scenario, where not as ratios of paths. */
export type Tables = Readonly<Record<string, (figures: readonly Measurement[]) => string>>;

/** All figures in Markdown: for each protocol its ratios, and what they are ratios of; then the codecs alone. */
export function tables(
  measurements: readonly Measurement[],
  codecs: readonly CodecSpeed[],
  particular: Tables = {},
): string {
  const names = [...new Set(measurements.map((one) => one.protocol))];
  const parts = names.flatMap((name) => {
    const own = measurements.filter((one) => one.protocol === name);
    return [`### ${name}`, (particular[name] ?? comparison)(own)];
  });
  if (codecs.length > 0) parts.push("### Codecs alone, MB/s", codecTable(codecs));
  return parts.join("\n\n");
}

/** One row for each load: the lane over each other path, then CPU and rate of each. */
function comparison(own: readonly Measurement[]): string {
  const paths = PATHS.filter((path) => own.some((one) => one.path === path));
  const pairs = paths
    .filter((path) => LANES.includes(path))
    .flatMap((lane) => OTHERS.filter((other) => paths.includes(other)).map((other) => [lane, other] as const));
  const loads = new Map(own.map((one) => [JSON.stringify(loadOf(one)), one]));
  const more = MORE.filter(([, value]) => new Set(own.map(value)).size > 1);
  const rows = [...loads.values()].map((load) => {
    const at = (path: Path) => own.find((one) => one.path === path && sameLoad(one, load));
    const ratio = ([lane, other]: readonly [Path, Path]) => {
      const [a, b] = [at(lane), at(other)];
      return a && b ? rounded(a.cpuPerRequestUs / b.cpuPerRequestUs) : "";
    };
    return [
      `${load.bytes / 1000}`,
      `${load.depth}`,
      ...more.map(([, value]) => `${value(load)}`),
      ...pairs.map(ratio),
      ...paths.map((path) => cell(at(path)?.cpuPerRequestUs)),
      ...paths.map((path) => cell(at(path)?.requestsPerSecond)),
    ];
  });
  return markdown(
    [
      "KB",
      "depth",
      ...more.map(([name]) => name),
      ...pairs.map(([lane, other]) => `${lane} ÷ ${other}`),
      ...paths.map((path) => `${path} µs`),
      ...paths.map((path) => `${path} /s`),
    ],
    rows,
  );
}

function codecTable(codecs: readonly CodecSpeed[]): string {
  const sizes = [...new Set(codecs.flatMap((codec) => Object.keys(codec.megabytesPerSecond)))];
  return markdown(
    ["codec", ...sizes],
    codecs.map((codec) => [codec.codec, ...sizes.map((size) => cell(codec.megabytesPerSecond[size]))]),
  );
}

/** A table whose columns line up in the source too, as prettier has it. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, i) => (cells[i] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

const [BEGIN, END] = ["<!-- figures: written by npm run bench -- --markdown -->", "<!-- end of figures -->"];

/** The document with new figures between its two marks. */
export function withFigures(document: string, figures: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`expected the lines «${BEGIN}» and «${END}»`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${figures}\n\n${document.slice(end)}`;
}

function cell(value: number | undefined): string {
  return value === undefined ? "" : rounded(value);
}

/** What else there is to a load, where it is not always the same. */
const MORE: readonly (readonly [name: string, value: (load: Load) => number | string])[] = [
  ["clients", ({ connections }) => connections],
  ["keys", ({ keys = 1 }) => keys],
  ["streams", ({ streams }) => streams ?? ""],
];

function loadOf({ bytes, depth, connections, keys = 1, streams }: Load): (number | string)[] {
  return [bytes, depth, connections, keys, streams ?? ""];
}

function sameLoad(one: Measurement, other: Measurement): boolean {
  return JSON.stringify(loadOf(one)) === JSON.stringify(loadOf(other));
}
