import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Part } from "../../../../assembly/testing/part.support.js";
import { command } from "../spec/frames.support.js";

// Leads one session, a message at a time; `say` returns the message's length, 0 for More and -1 for Bad.
const LINES = `
  import { Fields, Frame, Metadata, Peer, Problems, Reader, Scan, Slice, Step } from "meltemi/assembly";
  import { Client } from "../client";
  import { Settings } from "../settings";
  import { RedisSession } from "./session";
  const frame = new Frame();
  const meta = new Metadata();
  let settings = new Settings();
  let client = new Client(settings);
  let session = new RedisSession(client, settings);
  let step: i32 = 0;
  export function open(): void {
    settings = new Settings();
    settings.read(Fields.parse(input.view(), new Problems()));
    client = new Client(settings);
    client.admit(Slice.fixed("default"));
    session = new RedisSession(client, settings);
  }
  export function inState(resp3: i32, database: i32): void {
    client.resp3 = resp3 > 0;
    client.database = database;
  }
  export function say(from: i32): i32 {
    output.reset();
    frame.clear();
    frame.from = from;
    const reader = new Reader().over(input.view());
    const scan = session.scan(reader, frame);
    if (scan != Scan.Frame) return scan == Scan.More ? 0 : -1;
    const length = <i32>frame.length;
    frame.bytes = Slice.view(input.ptr, min(input.length, frame.keep > 0 ? frame.keep : frame.head));
    step = from == Peer.Client ? session.fromClient(frame, meta, output) : session.fromServer(frame, meta, output);
    const replaces = step == Step.Replace || step == Step.ReplaceAndRelease;
    if (!replaces) output.copy(input.ptr, min(input.length, length));
    return length;
  }
  export function released(): i32 { return step == Step.Release || step == Step.ReplaceAndRelease ? 1 : 0; }
  export function database(): i32 { return client.database; }
`;
const CLIENT = 0;
const SERVER = 1;
const NOPERM = "-NOPERM User default has no permissions to run the 'flushall' command\r\n";

let part: Part;
beforeAll(async () => {
  part = await Part.of("filters/codecs/redis/pinned", LINES);
});

/** What goes on of these bytes, and whether the server is let go at their end. */
function pass(from: number, bytes: Uint8Array | string): string {
  let rest = Buffer.from(bytes);
  let passed = "";
  while (rest.length > 0) {
    const { value, text } = part.ask("say", rest, from);
    if (value <= 0)
      throw new Error(value < 0 ? `bad: ${JSON.stringify(`${rest}`)}` : `more: ${JSON.stringify(`${rest}`)}`);
    passed += text;
    rest = rest.subarray(value);
  }
  return passed;
}

/** A command; what the server gets. */
const ask = (text: string) => pass(CLIENT, command(...text.split(" ")));
/** An answer; what the client gets, and «!» where the server is free again. */
const answer = (text: string) => pass(SERVER, text) + (part.ask("released", "").value === 1 ? "!" : "");
const sent = (text: string) => command(...text.split(" ")).toString();
const open = (settings: object = {}) => part.ask("open", JSON.stringify(settings));

beforeEach(() => {
  open();
});

describe("a session begins", () => {
  it("by bringing its server's connection into the client's state, whose answers nobody sees", () => {
    open({ server: { user: "proxy", password: "olive" } });
    part.ask("inState", "", 1, 3);
    expect(ask("multi")).toBe(sent("AUTH proxy olive") + sent("HELLO 3") + sent("SELECT 3") + sent("multi"));
    expect(answer("+OK\r\n%1\r\n+server\r\n+redis\r\n+OK\r\n")).toBe("");
    expect(answer("+OK\r\n")).toBe("+OK\r\n");
  });

  it("with nothing but its command where there is nothing to say", () => {
    expect(ask("watch k")).toBe(sent("watch k"));
  });
});

describe("a transaction", () => {
  it("ends with EXEC's answer, whatever that holds", () => {
    expect(ask("multi") + ask("get k") + ask("exec")).toBe(sent("multi") + sent("get k") + sent("exec"));
    expect(answer("+OK\r\n")).toBe("+OK\r\n");
    expect(answer("+QUEUED\r\n")).toBe("+QUEUED\r\n");
    expect(answer("*2\r\n*1\r\n$1\r\nx\r\n")).toBe("*2\r\n*1\r\n$1\r\nx\r\n");
    expect(answer("-ERR in it\r\n")).toBe("-ERR in it\r\n!");
  });

  it("ends with DISCARD, and not with a MULTI within", () => {
    ask("multi");
    answer("+OK\r\n");
    ask("multi");
    expect(answer("-ERR MULTI calls can not be nested\r\n")).not.toContain("!");
    ask("discard");
    expect(answer("+OK\r\n")).toBe("+OK\r\n!");
  });

  it("is over where MULTI failed", () => {
    ask("multi");
    expect(answer("-ERR no\r\n")).toBe("-ERR no\r\n");
    ask("discard");
    expect(answer("-ERR DISCARD without MULTI\r\n")).toContain("!");
  });

  it("keeps WATCH until UNWATCH or EXEC", () => {
    ask("watch k");
    expect(answer("+OK\r\n")).toBe("+OK\r\n");
    ask("get k");
    expect(answer("$1\r\n1\r\n")).toBe("$1\r\n1\r\n");
    ask("unwatch");
    expect(answer("+OK\r\n")).toBe("+OK\r\n!");
  });

  it("refuses what would change the connection under it", () => {
    ask("multi");
    answer("+OK\r\n");
    for (const text of ["select 1", "hello 3", "subscribe c", "monitor", "auth x", "client tracking on"]) {
      expect(ask(text)).toBe(sent("meltemi.denied"));
      expect(answer("-ERR unknown command 'meltemi.denied'\r\n"), text).toMatch(/^-ERR meltemi: /);
    }
  });
});

describe("what rules deny", () => {
  const access = { access: { rules: [{ action: "deny", commands: ["flushall"] }] } };

  it("goes out as a command that no server knows, and its error has Redis' words", () => {
    open(access);
    ask("multi");
    answer("+OK\r\n");
    expect(ask("flushall")).toBe(sent("meltemi.denied"));
    expect(answer("-ERR unknown command\r\n")).toBe(NOPERM);
    ask("exec");
    expect(answer("-EXECABORT discarded\r\n")).toBe("-EXECABORT discarded\r\n!");
  });

  it("has its error in its place among answers that are still to come", () => {
    open(access);
    for (const text of ["multi", "get a", "flushall", "get b"]) ask(text);
    expect(answer("+OK\r\n+QUEUED\r\n-ERR unknown\r\n+QUEUED\r\n")).toBe(`+OK\r\n+QUEUED\r\n${NOPERM}+QUEUED\r\n`);
  });

  it("drops the rest of a denied command that comes in pieces", () => {
    open({ access: { rules: [{ action: "deny", commands: ["del"] }] } });
    ask("multi");
    const many = Array.from({ length: 300 }, (_, index) => `k${index}`);
    expect(pass(CLIENT, command("del", ...many))).toBe(sent("meltemi.denied"));
    expect(pass(CLIENT, command("mget", ...many))).toBe(command("mget", ...many).toString());
  });
});

describe("subscriptions", () => {
  it("bind until the last is gone, and messages between pass", () => {
    expect(ask("subscribe a b")).toBe(sent("subscribe a b"));
    answer("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
    expect(answer("*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n")).not.toContain("!");
    const message = "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n";
    expect(answer(message)).toBe(message);
    ask("unsubscribe");
    expect(answer("*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n")).not.toContain("!");
    expect(answer("*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:0\r\n")).toContain("!");
  });

  it("of RESP3 come as pushes, between the answers of other commands", () => {
    part.ask("inState", "", 1, 0);
    ask("subscribe a");
    expect(answer("%1\r\n+server\r\n+redis\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n")).not.toContain("!");
    ask("get k");
    answer(">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n");
    expect(answer("$1\r\nx\r\n")).toBe("$1\r\nx\r\n");
    ask("unsubscribe a");
    expect(answer(">3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n")).toContain("!");
  });
});

describe("modes of the connection", () => {
  it("bind until they are off", () => {
    ask("client tracking on");
    expect(answer("+OK\r\n")).toBe("+OK\r\n");
    ask("client no-evict on");
    answer("+OK\r\n");
    ask("client tracking off");
    expect(answer("+OK\r\n")).toBe("+OK\r\n");
    ask("client no-evict off");
    expect(answer("+OK\r\n")).toBe("+OK\r\n!");
  });

  it("all end with RESET, MONITOR's too", () => {
    ask("monitor");
    answer("+OK\r\n");
    expect(answer('+1.5 [0 127.0.0.1:1] "get" "k"\r\n')).not.toContain("!");
    expect(ask("reset")).toBe(sent("RESET"));
    expect(answer("+RESET\r\n")).toBe("+RESET\r\n!");
  });

  it("are off too where the last answer is the proxy's own, or is for the proxy alone", () => {
    open({ server: { password: "olive" } });
    ask("monitor");
    answer("+OK\r\n+OK\r\n");
    expect(ask("reset")).toBe(sent("RESET") + sent("AUTH olive"));
    expect(answer("+RESET\r\n")).toBe("+RESET\r\n");
    expect(answer("+OK\r\n")).toBe("!");
    ask("watch k");
    answer("+OK\r\n");
    ask("unwatch");
    expect(ask("client setname me")).toBe(sent("PING"));
    expect(answer("+OK\r\n+PONG\r\n")).toBe("+OK\r\n+OK\r\n!");
  });

  it("a database that was chosen within is the client's from then on", () => {
    ask("watch k");
    answer("+OK\r\n");
    ask("select 5");
    answer("+OK\r\n");
    expect(part.ask("database", "").value).toBe(5);
    ask("select 99");
    answer("-ERR DB index is out of range\r\n");
    expect(part.ask("database", "").value).toBe(5);
  });
});

describe("a blocked client", () => {
  it("is bound by its one command", () => {
    ask("blpop queue 0");
    expect(answer("*2\r\n$5\r\nqueue\r\n$1\r\nx\r\n")).toBe("*2\r\n$5\r\nqueue\r\n$1\r\nx\r\n!");
  });
});
