import { beforeAll, describe, expect, it, vi } from "vitest";
import { type CodecComponent, converse } from "./index.js";
import { componentOf, Reading } from "./sessions.support.js";

vi.setConfig({ hookTimeout: 120_000 });

describe("the component of a codec that binds connections for a while: Redis", () => {
  let codec: CodecComponent;
  beforeAll(async () => {
    codec = await componentOf("filters/codecs/redis");
  });

  function read(turns: readonly (readonly ["client" | "server", string])[]): string[] {
    const reading = new Reading(converse(codec), ["key", "database"]);
    for (const [from, text] of turns) reading.take(from, Buffer.from(text.replaceAll("|", "\r\n")));
    return reading.lines;
  }

  it("carries a connection's state from request to request", () => {
    expect(read([["client", "SELECT 3|GET a|"]])).toEqual(["client local select - 0", "client request get - a 3"]);
  });

  it("reads a transaction as a session, and what follows it by itself", () => {
    const lines = read([
      ["client", "GET a|MULTI|GET b|EXEC|"],
      // The first is the answer to what came before the session.
      ["server", "+a|+OK|+QUEUED|*1|+b|"],
      ["client", "GET c|"],
      ["server", "+c|"],
    ]);
    expect(lines.filter((line) => !line.startsWith("server opaque - pass"))).toEqual([
      "client request get - a 0",
      "client session multi pass 0",
      "client request get pass b",
      "client request exec pass",
      "server response - -",
      "server opaque - release",
      "client request get - c 0",
      "server response - -",
    ]);
  });
});
