import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { readSessions } from "../codec/index.js";
import { type CodecComponent, converse } from "./index.js";
import { componentOf, Reading } from "./sessions.support.js";

vi.setConfig({ hookTimeout: 120_000 });
const samples = fileURLToPath(new URL("../../filters/codecs/postgresql/samples", import.meta.url));

describe("the component of a codec of sessions: PostgreSQL", () => {
  let codec: CodecComponent;
  beforeAll(async () => {
    codec = await componentOf("filters/codecs/postgresql");
  });

  function read(name: string): Reading {
    const sample = readSessions(samples).find((session) => session.name === `${name}.session`);
    const conversation = converse(codec);
    const reading = new Reading(conversation, ["user", "table"]);
    for (const { from, bytes } of sample?.turns ?? []) reading.take(from === "Client" ? "client" : "server", bytes);
    conversation.close();
    return reading;
  }

  it("reads a session's messages in both directions, and remembers what was said", () => {
    const { lines } = read("simple");
    expect(lines.filter((line) => !/ opaque - pass$/.test(line))).toEqual([
      "client session - open postgres",
      "server opaque - name",
      "client request select pass postgres",
      "client request create pass postgres t",
      "client request - pass postgres",
      "client opaque - end",
    ]);
    expect(read("tls-request").lines[0]).toBe("client local - answer");
    const follow = codec.decode(
      "client",
      Buffer.from("00000010 04d2162e 00000001 00000002".replaceAll(" ", ""), "hex"),
    );
    expect(follow).toMatchObject({ kind: "session", step: "follow", service: "", attributes: [] });
  });

  it("takes the codec's settings, and says what is wrong with them", () => {
    const configure = (settings: object) => () => codec.configure(JSON.stringify(settings));
    expect(configure({ tls: "often", most: 1 })).toThrow(
      expect.objectContaining({ payload: expect.stringMatching(/^tls: expected one of .*; most: unknown field/) }),
    );
    configure({ tls: "opaque" })();
    expect(read("tls-request").lines.slice(0, 2)).toEqual(["client session - open-opaque", "server opaque - -"]);
    configure({})();
    expect(read("tls-request").lines[0]).toBe("client local - answer");
  });

  it("is told of a connection that is closed, and has an error's words for a session's end", () => {
    const connection = codec.open();
    codec.close(connection);
    expect(() => codec.read(connection, "client", Buffer.alloc(9))).toThrow(
      expect.objectContaining({ payload: { tag: "closed" } }),
    );
    expect(Buffer.from(codec.error(Buffer.alloc(0), "no-route", "none")).toString("latin1")).toMatch(/^E.*FATAL/s);
  });
});
