import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileModule } from "../testing/compile.support.js";

const ENTRY = `
  import { releaseArena, Slice, Writer } from "meltemi/assembly/bytes";
  import { Regex } from "meltemi/assembly/regex";
  export { meltemiAbort } from "meltemi/assembly/abi";
  const input = new Writer();
  let regex: Regex | null = null;
  let fault: ArrayBuffer = new ArrayBuffer(0);
  export function inputAt(length: i32): usize { input.reset(); input.reserve(length); return input.ptr; }
  export function compile(): i32 {
    const made = new Regex(String.UTF8.decodeUnsafe(input.ptr, input.length));
    regex = made;
    fault = String.UTF8.encode(made.fault);
    return fault.byteLength;
  }
  export function faultAt(): usize { return changetype<usize>(fault); }
  export function matches(): bool {
    const matched = regex!.matches(Slice.view(input.ptr, input.length));
    releaseArena();
    return matched;
  }
`;

interface Exports extends Record<string, unknown> {
  memory: WebAssembly.Memory;
  _initialize(): void;
  inputAt(length: number): number;
  compile(): number;
  faultAt(): number;
  matches(): number;
}

let wasm: Exports;

beforeAll(async () => {
  const module = await compileModule("assembly/regex/probe.ts", ENTRY);
  const env = new Proxy({}, { get: () => () => 0 });
  wasm = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
  wasm._initialize();
});

function put(bytes: Uint8Array): void {
  new Uint8Array(wasm.memory.buffer).set(bytes, wasm.inputAt(bytes.length));
}

/** What is wrong with it; empty where nothing is. */
function compile(source: string): string {
  put(Buffer.from(source));
  const length = wasm.compile();
  return Buffer.from(new Uint8Array(wasm.memory.buffer, wasm.faultAt(), length)).toString();
}

function matches(text: string | Uint8Array): boolean {
  put(Buffer.from(text as string));
  return wasm.matches() === 1;
}

describe("a regular expression", () => {
  const cases: [source: string, takes: string[], refuses: string[]][] = [
    ["", [""], ["a"]],
    ["v[0-9]+", ["v1", "v42"], ["v", "xv1", "v1x"]],
    ["(get|list)[A-Z]\\w*", ["getUser", "listA"], ["get", "getuser", "GETUser"]],
    ["(?i)jason", ["jason", "JaSON"], ["jaso"]],
    ["a{2,3}", ["aa", "aaa"], ["a", "aaaa"]],
    ["a{2,}b?", ["aa", "aaaab"], ["ab"]],
    ["a{,2}", ["a{,2}"], ["aa"]],
    ["(?P<tenant>[^.]+)\\.test", ["shop.test"], ["a.b.test", ".test"]],
    ["^a$|^b$", ["a", "b"], ["ab"]],
    ["(?:a*)*", ["", "aaaa"], ["b"]],
    [".", ["x", "é", "😀"], ["\n", "xy", ""]],
    ["(?s).", ["\n"], []],
    ["a\\b.*", ["a", "a b"], ["ab"]],
    ["a\\B.*", ["ab"], ["a", "a b"]],
    ["\\Qa.b*\\E+", ["a.b*", "a.b**"], ["axb"]],
    ["[[:alpha:]-]+", ["ab-c"], ["a1"]],
    ["[]a]+", ["]a"], ["b"]],
    ["[^\\d\\s]+", ["ab", "é"], ["a1", " "]],
    ["\\x41\\x{1F600}\\101", ["A😀A"], ["A"]],
    ["(?i)[k-m]+", ["kLM"], ["n"]],
    ["(?m)^a$\\n^b$", ["a\nb"], ["ab"]],
  ];
  it.each(cases)("%s", (source, takes, refuses) => {
    expect(compile(source)).toBe("");
    expect(takes.filter((text) => !matches(text))).toEqual([]);
    expect(refuses.filter((text) => matches(text))).toEqual([]);
  });

  it("matches no byte that is not UTF-8", () => {
    expect(compile("(?s).*")).toBe("");
    expect(matches("é")).toBe(true);
    for (const bytes of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]])
      expect(matches(Uint8Array.from(bytes))).toBe(false);
  });

  it.each([
    ["a(?=b)", "lookaround"],
    ["(?<!a)b", "lookaround"],
    ["(a)\\1", "escape"],
    ["\\pL", "escape"],
    ["(a", "missing )"],
    ["a)", "unexpected )"],
    ["[a", "missing ]"],
    ["[b-a]", "range"],
    ["*a", "repetition"],
    ["a**", "repetition"],
    ["a{3,2}", "repetition size"],
    ["a{1001}", "repetition size"],
    ["((a{100}){100}){100}", "too large"],
    ["a\\", "trailing"],
    ["(".repeat(200), "too deeply"],
  ])("%s is refused", (source, words) => {
    expect(compile(source)).toContain(words);
    expect(matches("a")).toBe(false);
  });

  it("takes time that grows with the text alone", () => {
    expect(compile("(a|a)*(a|aa)*b")).toBe("");
    const started = performance.now();
    expect(matches("a".repeat(8_192))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  // JavaScript's own says the same of all that both have.
  const atom = fc.constantFrom(
    "a",
    "b",
    "é",
    ".",
    "\\d",
    "\\w",
    "[ab]",
    "[^a]",
    "[0-9b]",
    "\\.",
    "^",
    "$",
    "\\b",
    "\\B",
  );
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      atom,
      fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `${a}${b}`),
      fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `(?:${a}|${b})`),
      fc
        .tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "*?", "{2}", "{1,3}", "{2,}"))
        .map(([a, repeat]) => `(?:${a})${repeat}`),
    ),
  }));
  const texts = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "é", "1", ".", " ", "\n"), maxLength: 8 }), {
    minLength: 1,
    maxLength: 8,
  });

  it("says what JavaScript's says", () => {
    fc.assert(
      fc.property(pattern, texts, (source, all) => {
        expect(compile(source)).toBe("");
        const own = new RegExp(
          `^(?:${source.replaceAll(".", (dot, at) => (source[at - 1] === "\\" ? dot : "[^\\n]"))})$`,
          "u",
        );
        for (const text of all) expect([source, text, matches(text)]).toEqual([source, text, own.test(text)]);
      }),
      { numRuns: 300 },
    );
  });

  it("takes any text for an expression, or refuses it", () => {
    const garbage = fc.string({ unit: fc.constantFrom(..."ab\\(){}[]*+?|^$.-:,0123xQE<>P=!imsU") });
    fc.assert(
      fc.property(garbage, fc.string(), (source, text) => {
        const fault = compile(source);
        const matched = matches(text);
        expect(fault === "" || !matched).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
