import { beforeAll, describe, expect, it } from "vitest";
import { Probe } from "../../../../assembly/testing/probe.support.js";
import { bulk, command, source } from "./frames.support.js";

let probe: Probe;
beforeAll(async () => {
  probe = await Probe.of(source);
});

const attributes = (...args: readonly string[]) =>
  Object.fromEntries(probe.decode(command(...args), "Client")?.attributes ?? []) as Record<string, string>;

describe("a command's key and what it does", () => {
  it.each([
    ["get k", "k", "read"],
    ["SET k v", "k", "write"],
    ["eval script 2 a b x", "a", "write"],
    ["eval_ro script 0", undefined, "read"],
    ["xread block 5 streams a b 0 0", "a", "read"],
    ["zunionstore to 2 a b", "to", "write"],
    ["zunion 2 a b", "a", "read"],
    ["sort k by nosort", "k", "write"],
    ["object encoding k", "k", "read"],
    ["xgroup create k group 0", "k", "write"],
    ["memory usage k", "k", "read"],
    ["memory doctor", undefined, "admin"],
    ["bitop and to a b", "to", "write"],
    ["config get x", undefined, "admin"],
    ["publish c m", undefined, "pubsub"],
    ["client kill x", undefined, "admin"],
    ["info", undefined, "none"],
    ["never.heard k", undefined, "write"],
  ])("%s", (text, key, access) => {
    const found = attributes(...text.split(" "));
    expect(found["key"]).toBe(key);
    expect(found["access"]).toBe(access);
    expect(found["command"]).toBe(text.split(" ")[0]?.toLowerCase());
  });

  it("names shards by their hash tags", () => {
    expect(attributes("get", "{user}:1")["shard"]).toBe("user");
    for (const key of ["a{}b", "a{b", "}a{", "plain"]) expect(attributes("get", key)["shard"]).toBe(key);
    expect(attributes("get", "a{{b}}")["shard"]).toBe("{b");
  });
});

describe("keys that are changed", () => {
  const change = (value: string, ...args: readonly string[]) =>
    probe.encode(command(...args), "Client", [{ change: "key", value }])?.toString();

  it("lose a prefix in every place", () => {
    expect(change("a", "get", "p:a")).toBe(command("get", "a").toString());
    expect(change("a", "mset", "p:a", "p:1", "p:b", "p:2")).toBe(command("mset", "a", "p:1", "b", "p:2").toString());
    expect(change("a", "mget", "p:a", "q:b")).toBeUndefined();
  });

  it("keep the bytes that their attribute had escaped", () => {
    expect(change("%0D%0Aa%25", "get", "p:\r\na%")).toBe(command("get", "\r\na%").toString());
    expect(change("", "get", "p:")).toBe(command("get", "").toString());
    expect(change("%20a", "mget", "p: a", "p:b")).toBe(command("mget", " a", "b").toString());
    expect(change("%0D", "get", "a")).toBe(command("get", "%0D").toString());
    expect(change("q:%0D", "get", "p:\r")).toBe(command("get", "q:\r").toString());
  });
});

describe("a client's state", () => {
  it("follows SELECT and HELLO, and RESET forgets it", () => {
    probe.reopen();
    const state = () => {
      probe.decode(command("get", "k"), "Client");
      return probe.state;
    };
    expect(probe.answer(command("select", "3")).toString()).toBe("+OK\r\n");
    expect(state()).toBe(6);
    expect(probe.answer(command("hello", "3")).toString()).toContain("%7\r\n");
    expect(state()).toBe(7);
    expect(probe.answer(command("reset")).toString()).toBe("+RESET\r\n");
    expect(state()).toBe(0);
    expect(probe.answer(command("select", "16")).toString()).toMatch(/^-ERR DB index/);
    expect(probe.answer(command("hello", "4")).toString()).toMatch(/^-NOPROTO/);
  });

  it("is that of a server's connection before its commands go there", () => {
    probe.reopen();
    const hello = command("HELLO", "3").toString();
    expect(probe.prepare(7).bytes.toString()).toBe(hello + command("SELECT", "3").toString());
    expect(probe.prepare(7)).toMatchObject({ answers: 0 });
    expect(probe.prepare(1)).toMatchObject({ answers: 1 });
    expect(probe.admitted(Buffer.from("-WRONGPASS no\r\n"))).toBe(false);
    expect(probe.admitted(Buffer.from("+OK\r\n"))).toBe(true);
  });
});

describe("commands over several keys", () => {
  it("are taken apart, and their answers joined", () => {
    const parts = (...args: readonly string[]) => probe.parts(command(...args)).map(String);
    expect(parts("mget", "a", "b")).toEqual([command("mget", "a").toString(), command("mget", "b").toString()]);
    expect(parts("mset", "a", "1", "b", "2")[1]).toBe(command("mset", "b", "2").toString());
    expect(parts("mget", "{a}1", "{a}2")).toHaveLength(1);
    expect(parts("rename", "a", "b")).toHaveLength(0);
    expect(probe.answer(command("rename", "a", "b")).toString()).toMatch(/^-CROSSSLOT /);
    const join = (name: string, ...answers: readonly string[]) =>
      probe
        .join(
          command(name, "a", "b"),
          answers.map((text) => Buffer.from(text)),
        )
        .toString();
    expect(join("mget", `*1\r\n${bulk("x")}`, "-ERR no\r\n")).toBe("*2\r\n$1\r\nx\r\n-ERR no\r\n");
    expect(join("mget", "*1\r\n$-1\r\n", "*1\r\n_\r\n")).toBe("*2\r\n$-1\r\n_\r\n");
    expect(join("del", ":1\r\n", ":1\r\n")).toBe(":2\r\n");
    expect(join("del", ":1\r\n", "-ERR no\r\n")).toBe("-ERR no\r\n");
    expect(join("mset", "+OK\r\n", "+OK\r\n")).toBe("+OK\r\n");
  });
});

describe("errors", () => {
  it.each(["LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "READONLY", "OOM", "TRYAGAIN"])(
    "%s is an outage",
    (code) => {
      expect(probe.decode(Buffer.from(`-${code} words\r\n`), "Server")?.outcome).toBe("ServerError");
    },
  );
  it.each(["ERR", "WRONGTYPE", "NOAUTH", "NOPERM"])("%s is the caller's", (code) => {
    expect(probe.decode(Buffer.from(`-${code} words\r\n`), "Server")?.outcome).toBe("ClientError");
  });
});

describe("what would end a server's connection", () => {
  it.each([
    "*1048577\r\n",
    "POST / HTTP/1.1\r\n",
    "get 'open\r\n",
    '"a"b\r\n',
    "*1\r\n:1\r\n",
    "*1\r\n$-1\r\n",
    "*01\r\n",
  ])("%j is refused", (text) => expect(probe.scan(Buffer.from(text), "Client").scan).toBe("Bad"));
});
