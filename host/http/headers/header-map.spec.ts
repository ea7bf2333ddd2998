import { describe, expect, it } from "vitest";
import { asciiLower, HeaderMap, toByteString, toText } from "./index.js";

describe("HeaderMap", () => {
  it("keeps duplicates in order and joins them by commas", () => {
    const map = HeaderMap.fromRaw(["X-A", "1", "x-b", "2", "x-a", "3"]);
    expect([...map]).toEqual([
      ["x-a", "1"],
      ["x-b", "2"],
      ["x-a", "3"],
    ]);
    expect(map.get("x-a")).toBe("1");
    expect(map.joined("x-a")).toBe("1,3");
    expect(map.all("x-a")).toEqual(["1", "3"]);
    expect(map.byteSize).toBe(12);
  });

  it("keeps the place of a name that is set, and drops its other values", () => {
    const map = HeaderMap.fromRaw(["a", "1", "b", "2", "a", "3"]);
    map.set("a", "4");
    expect([...map]).toEqual([
      ["a", "4"],
      ["b", "2"],
    ]);
  });

  it("puts pseudo-headers before ordinary ones", () => {
    const map = HeaderMap.fromRaw([":method", "GET", "a", "1"]);
    map.add(":path", "/");
    expect([...map].map(([name]) => name)).toEqual([":method", ":path", "a"]);
  });

  it("tells whether something was removed", () => {
    const map = HeaderMap.fromRaw(["a", "1"]);
    expect([map.remove("a"), map.remove("a"), map.size]).toEqual([true, false, 0]);
  });
});

describe("byte strings", () => {
  it("turns text into bytes and back", () => {
    expect(toByteString("é")).toBe("\u00c3\u00a9");
    expect(toText("\u00c3\u00a9")).toBe("é");
    expect(toText("\u00ff")).toBe("\ufffd");
  });

  it("lower-cases ASCII only", () => {
    expect(asciiLower("A\u00c9z")).toBe("a\u00c9z");
  });
});
