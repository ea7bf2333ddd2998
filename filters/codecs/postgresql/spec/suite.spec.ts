import { beforeAll, describe, expect, it } from "vitest";
import { describeSession } from "../../../../assembly/testing/describe-session.support.js";
import { SessionProbe } from "../../../../assembly/testing/session-probe.support.js";
import type { PeerName, Turn } from "../../../../testing/codec/index.js";
import { countedOf } from "./counted.support.js";
import { bombs, message, noStarts, recorded, source, startup } from "./sessions.support.js";

describeSession("postgresql, as any session", { source, samples: recorded, bombs, noStarts });

describe("postgresql's requests are counted", () => {
  let probe: SessionProbe;
  beforeAll(async () => {
    probe = await SessionProbe.of(source);
  });

  const CONNECTED = { "postgres/connect 00000 success": 1 };

  it.each([
    ["copy", { ...CONNECTED, "postgres/create 00000 success": 1, "postgres/copy 00000 success": 2, select: 1 }],
    ["extended", { ...CONNECTED, "postgres/insert 42P01 business_error": 1, select: 3 }],
    ["no-database", { "none/connect 3D000 business_error": 1 }],
    ["refused", { ...CONNECTED, "postgres/do XX123 failure": 1 }],
    [
      "transaction",
      {
        ...CONNECTED,
        ...{ "postgres/begin 00000 success": 1, "postgres/rollback 00000 success": 1 },
        ...{ "postgres/select 22012 business_error": 1, "postgres/select 25P02 business_error": 1 },
      },
    ],
    ["wrong-password", { "postgres/connect 28P01 business_error": 1 }],
    ["cancel", {}],
    ["tls-request", {}],
  ] as [string, Record<string, number>][])("of what a real client said: %s", (name, { select, ...expected }) => {
    const turns = recorded().find((sample) => sample.name === `${name}.session`)?.turns ?? [];
    expect(turns.length).toBeGreaterThan(0);
    expect(countedOf(probe, turns)).toEqual({
      ...expected,
      ...(select !== undefined && { "postgres/select 00000 success": select }),
    });
  });

  const from = (peer: PeerName, ...messages: readonly Buffer[]): Turn => ({
    from: peer,
    bytes: Buffer.concat(messages),
  });
  const READY = message("Z", "I");
  const SYNC = message("S", "");
  const parse = (name: string, sql: string) => message("P", `${name}\0${sql}\0\0\0`);
  const run = (name: string) => [message("B", `\0${name}\0\0\0\0\0\0\0`), message("E", "\0\0\0\0\0")];
  const error = (severity: string, state: string) => message("E", `S${severity}\0V${severity}\0C${state}\0Mwords\0\0`);
  const OPENED = [from("Client", startup([["user", "ann"]])), from("Server", READY)];

  it("a batch as one, by what it executes first, and in the order of answers", () => {
    const batches = [
      [parse("a", "insert into t values (1)"), parse("b", "select 1"), ...run("b"), ...run("a"), SYNC],
      [parse("c", "delete from t"), SYNC],
      [SYNC],
      [...run("a"), SYNC],
    ];
    const answers = [READY, READY, READY, error("ERROR", "23505"), READY];
    expect(countedOf(probe, [...OPENED, from("Client", ...batches.flat()), from("Server", ...answers)])).toEqual({
      "ann/connect 00000 success": 1,
      "ann/select 00000 success": 1,
      "ann/prepare 00000 success": 1,
      "ann/sync 00000 success": 1,
      "ann/insert 23505 business_error": 1,
    });
  });

  it("the last word of a server that goes away, and not what it says to a session that asks nothing", () => {
    const fatal = from("Server", error("FATAL", "57P01"));
    const asked = [...OPENED, from("Client", message("Q", "select 1\0")), fatal];
    expect(countedOf(probe, asked)).toMatchObject({ "ann/select 57P01 failure": 1 });
    expect(countedOf(probe, [...OPENED, fatal])).toEqual({ "ann/connect 00000 success": 1 });
  });

  it("nothing of clients that do not wait for their answers", () => {
    const asked = [...OPENED, from("Client", message("Q", "select 1\0"))];
    expect(countedOf(probe, asked)).toEqual({ "ann/connect 00000 success": 1 });
  });

  it("states that are none, and statements of no known kind, together", () => {
    const asked = (sql: string, state: string) => [
      from("Client", message("Q", `${sql}\0`)),
      from("Server", error("ERROR", state), READY),
    ];
    const turns = [...OPENED, ...asked("frobnicate", "a;b=c"), ...asked("", "toolong"), ...asked("x", "")];
    expect(countedOf(probe, turns)).toEqual({
      "ann/connect 00000 success": 1,
      "ann/other other business_error": 3,
    });
  });
});
