import { beforeAll, describe, expect, it } from "vitest";
import { Part } from "../../../../assembly/testing/part.support.js";
import { command } from "../spec/frames.support.js";

const LINES = `
  import { Fields, Problems, Slice } from "meltemi/assembly";
  import { Call } from "../commands";
  import { Settings } from "./settings";
  const call = new Call();
  let settings = new Settings();
  export function read(): i32 {
    const problems = new Problems();
    settings = new Settings();
    const fields = Fields.parse(input.view(), problems);
    settings.read(fields);
    fields.done();
    output.reset();
    output.text(problems.toString());
    return problems.none ? 1 : 0;
  }
  function behind(length: i32): Slice { return Slice.view(input.ptr + <usize>length, input.length - length); }
  export function allows(user: i32, most: i32): i32 {
    call.read(behind(user), most);
    return settings.access.allows(Slice.view(input.ptr, user), call) ? 1 : 0;
  }
  export function admits(user: i32): i32 {
    return settings.clients.admits(Slice.view(input.ptr, user), behind(user)) ? 1 : 0;
  }
`;

let part: Part;
beforeAll(async () => {
  part = await Part.of("filters/codecs/redis/settings", LINES);
});

const read = (settings: object) => part.ask("read", JSON.stringify(settings)).text;
const rules = (list: readonly object[], more: object = {}) => read({ access: { rules: list, ...more } });
const allows = (user: string, text: string, most = 64) =>
  part.ask("allows", Buffer.concat([Buffer.from(user), command(...text.split(" "))]), user.length, most).value === 1;
const admits = (user: string, password: string) => part.ask("admits", user + password, user.length).value === 1;

describe("what is wrong with settings", () => {
  it.each([
    [{}, ""],
    [
      { clients: { password: "a", users: [{ name: "b", password: "c" }] }, databases: 1, unknownCommands: "refuse" },
      "",
    ],
    [{ clients: { users: [{ name: "b" }] } }, "clients.users[0].password: expected a string, it is missing"],
    [{ server: { passwort: "a" } }, "server.passwort: unknown field; there are: user, password"],
    [{ databases: 0 }, /^databases: expected a whole number from 1 to 16384/],
    [{ unknownCommands: "drop" }, /^unknownCommands: expected one of "pass", "refuse", found "drop"/],
    [{ access: { rules: [{ action: "maybe" }] } }, /^access\.rules\[0\]\.action: expected one of "allow", "deny"/],
    [
      { access: { rules: [{ access: ["reed"] }] } },
      /^access\.rules\[0\]\.access: expected one of "none", .*found "reed"/,
    ],
    [{ access: { rules: [{ keyPrefixes: ["k".repeat(513)] }] } }, /keyPrefixes: expected at most 512 bytes/],
  ])("%j", (settings, problem) => {
    if (typeof problem === "string") expect(read(settings)).toBe(problem);
    else expect(read(settings)).toMatch(problem);
  });
});

describe("who may use the proxy", () => {
  it("is whose name and password both are right", () => {
    read({ clients: { password: "guest", users: [{ name: "app", password: "tree" }] } });
    expect([admits("default", "guest"), admits("app", "tree")]).toEqual([true, true]);
    for (const [user, password] of [
      ["app", "guest"],
      ["default", "tree"],
      ["app", "tre"],
      ["app", "treetree"],
      ["app", ""],
      ["", "tree"],
      ["ap", "tree"],
    ] as const) {
      expect(admits(user, password), `${user} ${password}`).toBe(false);
    }
  });
});

describe("what they may do", () => {
  it("is everything without rules, and what the default says where none speaks of it", () => {
    rules([]);
    expect(allows("default", "flushall")).toBe(true);
    rules([{ action: "allow", access: ["read"] }], { default: "deny" });
    expect(["get k", "exists k", "set k v", "ping"].map((text) => allows("default", text))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("is decided by the first rule that speaks of it", () => {
    rules([
      { action: "allow", users: ["root"] },
      { action: "deny", commands: ["CONFIG|set", "debug"] },
      { action: "deny", access: ["admin"], users: ["app"] },
    ]);
    expect(allows("root", "config set a b")).toBe(true);
    expect(allows("default", "Config SET a b")).toBe(false);
    expect(allows("default", "config get a")).toBe(true);
    expect(allows("app", "config get a")).toBe(false);
    expect(allows("default", "debug sleep 1")).toBe(false);
  });

  it("is denied where one of the keys is, and allowed where all of them are", () => {
    rules([{ action: "deny", access: ["write"], keyPrefixes: ["locked:"] }]);
    expect(
      ["set locked:a 1", "mset a 1 locked:b 2", "mset a locked:b c d", "get locked:a"].map((text) => allows("u", text)),
    ).toEqual([false, false, true, true]);
    rules([{ action: "allow", keyPrefixes: ["a:", "b:"] }], { default: "deny" });
    expect(["mget a:1 b:2", "mget a:1 c:2", "dbsize", "get a"].map((text) => allows("u", text))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("is denied where not all keys are to be seen", () => {
    rules([{ action: "deny", keyPrefixes: ["locked:"] }]);
    expect([allows("u", "mget a b c", 4), allows("u", "mget a b c", 3)]).toEqual([true, false]);
  });
});
