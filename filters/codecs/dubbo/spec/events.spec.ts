import { createRequire } from "node:module";
import { beforeAll, describe, expect, it } from "vitest";
import { CAUSES, Probe } from "../../../../assembly/testing/probe.support.js";
import { frame, request, sample, source } from "./frames.support.js";

const hessian = createRequire(import.meta.url)("hessian.js") as { decode(bytes: Buffer, version: "2.0"): unknown };

let probe: Probe;
beforeAll(async () => {
  probe = await Probe.of(source);
});

describe("events", () => {
  it("answers a real consumer's heartbeats as a real provider does", () => {
    for (const name of ["hessian2", "fastjson2"]) {
      const ping = sample(`${name}-heartbeat`).bytes;
      expect(probe.scan(ping, "Client").kind).toBe("Ping");
      expect(probe.pong(ping, "Client")).toEqual(sample(`${name}-heartbeat-answer`).bytes);
    }
  });

  it("knows a real provider's read-only event, and sends the same", () => {
    const { bytes } = sample("read-only-event");
    expect(probe.scan(bytes, "Server")).toMatchObject({ kind: "Drain", length: 18n });
    const drain = probe.drain() ?? Buffer.alloc(0);
    expect(Buffer.concat([drain.subarray(0, 4), drain.subarray(12)])).toEqual(
      Buffer.concat([bytes.subarray(0, 4), bytes.subarray(12)]),
    );
    expect(probe.scan(frame(0xb7, 0, 1n, Buffer.from("000000024a52", "hex")), "Server").kind).toBe("Drain");
  });

  it("makes nothing of other one-way events", () => {
    for (const body of ["0157", "4e"]) {
      const event = frame(0xa2, 0, 1n, Buffer.from(body, "hex"));
      expect(probe.scan(event, "Server").kind).toBe("Opaque");
      expect(probe.scan(event, "Client").kind).toBe("Pong");
    }
  });

  it("answers an event with a long or an empty body", () => {
    for (const body of [Buffer.alloc(0), Buffer.alloc(5000, 0x20)]) {
      const pong = probe.pong(frame(0xe2, 0, 3n, body), "Client");
      expect(probe.scan(pong, "Server")).toMatchObject({ kind: "Pong", id: 3n, length: BigInt(pong.length) });
    }
  });

  it("says at once that bytes are no frame", () => {
    expect(probe.scan(Buffer.from("G"), "Client").scan).toBe("Bad");
    expect(probe.scan(Buffer.from("dabc", "hex"), "Client").scan).toBe("Bad");
    expect(probe.scan(Buffer.from("da", "hex"), "Client").scan).toBe("More");
  });
});

describe("local replies", () => {
  it("have a status by cause and a text that a client shows", () => {
    const head = request({ id: 0xfffffffffffffff1n }).subarray(0, 16);
    const replies = CAUSES.map((cause) => {
      const reply = probe.fail(head, cause, "because 🌊");
      expect(reply.readBigUInt64BE(4)).toBe(0xfffffffffffffff1n);
      expect(reply[2]).toBe(2);
      return [cause, reply[3], hessian.decode(reply.subarray(16), "2.0")];
    });
    expect(replies).toEqual([
      ["NoRoute", 60, "meltemi: no route matches: because 🌊"],
      ["Unavailable", 80, "meltemi: no backend is available: because 🌊"],
      ["Timeout", 31, "meltemi: the backend did not answer in time: because 🌊"],
      ["Denied", 40, "meltemi: access denied: because 🌊"],
      ["Limited", 100, "meltemi: too many requests: because 🌊"],
      ["TooLarge", 40, "meltemi: the frame is too large: because 🌊"],
      ["Unreadable", 40, "meltemi: the proxy cannot read this request: because 🌊"],
      ["Fault", 70, "meltemi: the proxy answered in the backend's place: because 🌊"],
    ]);
    expect(probe.fail(head, "Fault", "", 418)[3]).toBe(40);
    expect(probe.fail(head, "Fault", "", 599)[3]).toBe(70);
  });

  it("come in fastjson2 where the request did, and in Hessian otherwise", () => {
    const fast = probe.fail(sample("fastjson2-text-request").bytes.subarray(0, 16), "Denied");
    expect(fast[2]).toBe(23);
    expect(fast.subarray(16).toString("latin1")).toBe(`\0\0\0\x17\x5fmeltemi: access denied`);
    const other = request({}).subarray(0, 16);
    other[2] = 0xc0 | 21;
    expect(probe.fail(other, "Denied")[2]).toBe(2);
  });

  it("have the status and the words that a rule asks for, where the status is a failure's", () => {
    const head = request({}).subarray(0, 16);
    const reply = probe.failRuled(head, { code: 100, message: "slow down" });
    expect([reply[3], hessian.decode(reply.subarray(16), "2.0")]).toEqual([100, "slow down"]);
    expect(probe.failRuled(head, { code: 0 })[3]).toBe(0);
    expect([20, 256, 65_535].map((code) => probe.failRuled(head, { code })[3])).toEqual([70, 70, 70]);
  });

  it("are an exception of the class that a rule asks for", () => {
    const head = request({ id: 7n }).subarray(0, 16);
    const reply = probe.failRuled(head, { exception: "java.lang.IllegalStateException", message: "no 🌊" });
    expect([reply[3], reply.readUInt32BE(12), reply[16]]).toEqual([20, reply.length - 16, 0x90]);
    const exception = hessian.decode(reply.subarray(17), "2.0") as Error;
    expect(exception.message).toBe("no 🌊");
    expect(exception.name).toBe("java.lang.IllegalStateException");
    const fast = probe.failRuled(sample("fastjson2-text-request").bytes.subarray(0, 16), {
      exception: "a.B",
      message: "c",
    });
    // number 0 (exception), then a typed object of one field; each value after its length (docs/jsonb_format_cn.md).
    expect(fast.subarray(16).toString("hex")).toBe(
      "00000002bd00" + "00000012" + "924c612e4200a6506d6573736167654a63a5",
    );
  });

  it("are none for a one-way request", () => {
    expect(probe.fail(request({ flag: 0x82 }).subarray(0, 16), "NoRoute")).toHaveLength(0);
  });
});
