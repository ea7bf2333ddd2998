import { expect, it } from "vitest";
import type { Measurement } from "./measurement.js";
import { markdown, tables, withFigures } from "./table.js";

const measured = (path: string, bytes: number, cpuPerRequestUs: number): Measurement => ({
  path,
  protocol: "thrift",
  bytes,
  depth: 8,
  connections: 8,
  cpuPerRequestUs,
  requestsPerSecond: 1e6 / cpuPerRequestUs,
});

it("puts ratios first, and leaves out what was not measured", () => {
  const all = [measured("request", 400, 40), measured("cpp", 400, 20), measured("host", 400, 100)];
  expect(tables([...all, measured("request", 4000, 50)], []).split("\n")).toEqual([
    "### thrift",
    "",
    "| KB  | depth | request ÷ cpp | request µs | cpp µs | host µs | request /s | cpp /s | host /s |",
    "| --- | ----- | ------------- | ---------- | ------ | ------- | ---------- | ------ | ------- |",
    "| 0.4 | 8     | 2             | 40         | 20     | 100     | 25000      | 50000  | 10000   |",
    "| 4   | 8     |               | 50         |        |         | 20000      |        |         |",
  ]);
});

it("shows the figures of a scenario as that wants them", () => {
  const shown = tables([measured("one", 400, 40), measured("other", 400, 20)], [], {
    thrift: (figures) => figures.map(({ path }) => path).join(", "),
  });
  expect(shown).toBe("### thrift\n\none, other");
});

it("shows each codec's speed by size of frame", () => {
  const codecs = [
    { codec: "a", megabytesPerSecond: { samples: 12, "64 KB": 900 } },
    { codec: "b", megabytesPerSecond: { samples: 3 } },
  ];
  expect(tables([], codecs).split("\n").slice(2)).toEqual([
    "| codec | samples | 64 KB |",
    "| ----- | ------- | ----- |",
    "| a     | 12      | 900   |",
    "| b     | 3       |       |",
  ]);
});

it("makes columns wide enough for what is in them", () => {
  expect(markdown(["a"], [["long"], []])).toBe("| a    |\n| ---- |\n| long |\n|      |");
});

it("replaces what stands between the marks, and nothing else", () => {
  const empty = "before\n<!-- figures: written by npm run bench -- --markdown -->\n<!-- end of figures -->\nafter\n";
  const once = withFigures(empty, "one");
  expect(once).toContain("before\n<!-- figures");
  expect(once).toContain("-->\n\none\n\n<!-- end of figures -->\nafter\n");
  expect(withFigures(once, "two")).toBe(withFigures(empty, "two"));
  expect(() => withFigures("no marks", "one")).toThrow("expected the lines");
});
