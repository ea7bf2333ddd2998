import { beforeEach, describe, expect, it } from "vitest";
import { Part } from "../testing/part.support.js";

const LINES = `
  import { LateCounter, NamedCounters } from "meltemi/assembly";
  const errors = new NamedCounters("errors.", 4, 8);
  const denied = new LateCounter("denied");
  export function error(): void { errors.increment(input.view()); }
  export function deny(): void { denied.increment(); }
`;

let part: Part;
beforeEach(async () => {
  part = await Part.of("assembly/metrics", LINES);
}, 120_000);

describe("counters by name", () => {
  it("counts each name by itself, up to so many, and all others together", () => {
    for (let i = 0; i < 7; i++) for (let times = 0; times <= i; times++) part.ask("error", `CODE_${i}`);
    part.ask("error", "CODE_0");
    expect(Object.fromEntries(part.metrics)).toEqual({
      "errors.CODE_0": 2,
      "errors.CODE_1": 2,
      "errors.CODE_2": 3,
      "errors.CODE_3": 4,
      "errors.other": 18,
    });
  });

  it.each(["", "NINE_BYTE", "a.b", "a b", "é", "\0", "other"])("makes no metric of %j", (name) => {
    part.ask("error", name);
    expect([...part.metrics]).toEqual([["errors.other", 1]]);
  });
});

describe("a late counter", () => {
  it("is defined when it first counts", () => {
    expect(part.metrics.size).toBe(0);
    part.ask("deny", "");
    part.ask("deny", "");
    expect([...part.metrics]).toEqual([["denied", 2]]);
  });
});
