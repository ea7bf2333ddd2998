import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileModule } from "../testing/compile.support.js";

// The configuration that the module reads: every kind of field once.
const SOURCE = `
  import { Fields, Json, JsonKind, JsonParser, Problems, Slice, Writer } from "meltemi/assembly";
  const input = new Writer();
  const output = new Writer();
  export function inputAt(length: i32): usize { input.reset(); input.reserve(length); return input.ptr; }
  export function outputAt(): usize { return output.ptr; }
  function answer(text: string): i32 { output.reset(); output.text(text); return output.length; }
  export function problems(): i32 {
    const problems = new Problems();
    const fields = Fields.parse(input.view(), problems);
    fields.oneOf("role", "ingress", ["ingress", "egress"]);
    fields.boolean("deadline", true);
    fields.string("scope", "");
    fields.integer("maxFrameBytes", 1024, 16, 8388608);
    const limits = fields.object("limits");
    limits.integer("headers", 1, 1, 100);
    limits.done();
    const rules = fields.objects("rules");
    for (let i = 0; i < rules.length; i++) { rules[i].requiredString("set"); rules[i].done(); }
    fields.done();
    return answer(problems.toString());
  }
  export function roundTrip(): i32 {
    const parser = new JsonParser();
    const json = parser.parse(input.view());
    return answer(json == null ? "error " + parser.error : write(json));
  }
  function write(json: Json): string {
    if (json.kind == JsonKind.Number) return json.number.toString();
    if (json.kind == JsonKind.String) return quote(json.text);
    if (json.kind == JsonKind.Boolean || json.kind == JsonKind.Null) return json.describe();
    const parts: string[] = [];
    const object = json.kind == JsonKind.Object;
    for (let i = 0; i < json.items.length; i++) parts.push((object ? quote(json.names[i]) + ":" : "") + write(json.items[i]));
    return (object ? "{" : "[") + parts.join(",") + (object ? "}" : "]");
  }
  function quote(text: string): string {
    let out = '"';
    for (let i = 0; i < text.length; i++) out += "\\\\u" + text.charCodeAt(i).toString(16).padStart(4, "0");
    return out + '"';
  }
  export * from "meltemi/assembly/proxy";
`;

describe("configuration in JSON", () => {
  let ask: (question: "problems" | "roundTrip", text: string) => string;

  beforeAll(async () => {
    const module = await compileModule("assembly/json/json-of-the-test.ts", SOURCE);
    const stubs = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => 0]));
    const { exports } = new WebAssembly.Instance(module, { env: stubs });
    const call = (name: string, ...args: number[]) => (exports[name] as (...args: number[]) => number)(...args);
    const memory = exports["memory"] as WebAssembly.Memory;
    call("_initialize");
    ask = (question, text) => {
      const bytes = Buffer.from(text);
      const at = call("inputAt", bytes.length);
      new Uint8Array(memory.buffer).set(bytes, at);
      const length = call(question);
      return Buffer.from(memory.buffer, call("outputAt"), length).toString();
    };
  });

  it.each([
    ["", ""],
    ["{}", ""],
    [`{"role": "egress", "limits": {"headers": 7}, "rules": [{"set": "x"}], "maxFrameBytes": 16, "scope": "a:1"}`, ""],
    [`{"role": "igress"}`, `role: expected one of "ingress", "egress", found "igress"`],
    [`{"deadline": 1}`, "deadline: expected true or false, found the number 1"],
    [`{"maxFrameBytes": 15}`, "maxFrameBytes: expected a whole number from 16 to 8388608, found the number 15"],
    [`{"maxFrameBytes": 16.5}`, "maxFrameBytes: expected a whole number from 16 to 8388608, found the number 16.5"],
    [`{"limits": {"headers": "1"}}`, `limits.headers: expected a whole number from 1 to 100, found "1"`],
    [`{"limits": []}`, "limits: expected an object, found an array"],
    [`{"rules": [{}]}`, "rules[0].set: expected a string, it is missing"],
    [`{"rules": [1]}`, "rules[0]: expected an object, found the number 1"],
    [`{"limits": {"header": 1}}`, "limits.header: unknown field; there are: headers"],
    ["[]", "the configuration: expected an object, found an array"],
    [`{"role"`, `not JSON: expected ":" at character 8`],
    [`{"a": 1, "a": 2}`, `not JSON: expected "a" only once at character 13`],
    [`{"a": tru}`, "not JSON: expected a value at character 7"],
    [`{} x`, "not JSON: expected the end at character 4"],
  ])("%s → %s", (text, expected) => {
    expect(ask("problems", text)).toBe(expected);
  });

  it("names every problem at once", () => {
    expect(ask("problems", `{"deadline": "no", "scop": "x"}`).split("; ").slice(0, 2)).toEqual([
      `deadline: expected true or false, found "no"`,
      "scop: unknown field",
    ]);
  });

  // Whole numbers only: AssemblyScript's parseFloat may miss the last digit of others.
  it("reads whatever JSON.stringify writes", () => {
    const whole = (_: string, value: unknown) => (typeof value === "number" ? Math.trunc(value % 2 ** 31) : value);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, whole);
        expect(JSON.parse(ask("roundTrip", text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it("takes no nonsense, and never traps", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(ask("roundTrip", text).startsWith("error")).toBe(!valid);
      }),
    );
    expect(ask("roundTrip", "[".repeat(100_000))).toMatch(/at most 64 levels/);
  });
});
