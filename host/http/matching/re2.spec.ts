import { describe, expect, it } from "vitest";
import { translateRe2 } from "./index.js";

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${translateRe2(pattern)})$`, "u").test(text);
}

describe("RE2 syntax", () => {
  it.each([
    ["v[12]", "v1", true],
    ["v[12]", "v12", false],
    ["a|b", "b", true],
    ["a|b", "ab", false],
    ["(?i)jason", "JaSoN", true],
    ["(?i:ja)son", "JAson", true],
    ["(?i:ja)son", "JASON", false],
    ["(?i)[a-c]+", "aBC", true],
    ["(?i)[^a]", "A", false],
    [".", "\n", false],
    [".", "\r", true],
    ["(?s).", "\n", true],
    [".", "😀", true],
    ["\\s", "\v", false],
    ["[\\s]", "\u00a0", false],
    ["\\S+", "\u00a0x", true],
    ["[[:alpha:]]+", "ab", true],
    ["[[:^digit:]x]+", "abx", true],
    ["[]a]", "]", true],
    ["[^]a]", "b", true],
    ["[a-]", "-", true],
    ["[\\w-]+", "a-b", true],
    ["\\Qa.b\\E+", "a.bb", true],
    ["\\Qa.b", "axb", false],
    ["\\x41\\x{1F600}", "A😀", true],
    ["\\101", "A", true],
    ["\\pL+", "éa", true],
    ["\\p{Greek}", "λ", true],
    ["\\P{Greek}", "λ", false],
    ["(?P<name>x)y", "xy", true],
    ["a{2,3}", "aaa", true],
    ["a{2,3}", "aaaa", false],
    ["a{,3}", "a{,3}", true],
    ["a{", "a{", true],
    ["\\A\\d+\\z", "42", true],
    ["a-b/c", "a-b/c", true],
    ["\\-\\_", "-_", true],
    ["(?U)a+", "aa", true],
    ["(?m)a$\\n^b", "a\nb", true],
    ["", "", true],
    ["(|a)b", "b", true],
    ["x*?y", "xxy", true],
  ])("%s on %j: %s", (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it.each([
    ["(?=a)", "invalid perl operator"],
    ["(?<!a)", "invalid perl operator"],
    ["(a)\\1", "invalid escape sequence: \\1"],
    ["\\y", "invalid escape sequence: \\y"],
    ["(a", "missing )"],
    ["a)", "unexpected )"],
    ["[a", "missing ]"],
    ["*a", "no argument for repetition operator: *"],
    ["a**", "bad repetition operator: **"],
    ["a{1001}", "invalid repetition size: {1001}"],
    ["a\\", "trailing \\"],
    ["[b-a]", "invalid character class range"],
    ["\\p{Nope}", "invalid character class range"],
  ])("refuses %s: %s", (pattern, message) => {
    expect(() => translateRe2(pattern)).toThrow(message);
  });
});
