import { describe, expect, it } from "vitest";
import { FakeHttp, headers, must } from "../../../host/vm/spec/kit.support.js";
import { all, ISSUER, jwks, keys, strangers, token, World } from "./jwt-auth.support.js";

describe("jwt-auth with keys that are fetched", () => {
  const remote = (more: object = {}) => ({
    providers: [
      { issuer: ISSUER, remote: { cluster: "keys", uri: "https://issuer.test/keys?x=1", refresh: 10_000, ...more } },
    ],
  });

  it("a request waits for the keys that it needs, and is judged by them", async () => {
    const world = new World();
    const send = await world.load(remote({ timeout: 700 }));
    const good = send(await token("RS256"));
    const bad = send(await token("RS256", {}, { signer: strangers.RS256.signer }));
    expect([good.passed, bad.passed, world.count("waiting"), world.calls.length]).toEqual([false, false, 2, 1]);
    const { call } = must(world.calls[0]);
    expect([call.timeoutMs, ...call.headers.slice(0, 3)]).toEqual([
      700,
      [":method", "GET"],
      [":path", "/keys?x=1"],
      [":authority", "issuer.test"],
    ]);
    world.answer(all());
    expect(good.http.done).toEqual(["continue 0"]);
    expect(bad.body).toBe("Jwt verification fails");
    expect(world.count("waiting")).toBe(0);
    expect(send(await token("HS256")).passed).toBe(true);
    expect(world.calls).toHaveLength(0);
  });

  it("keys are fetched anew when they are old, and used meanwhile and for as long as there are no others", async () => {
    const world = new World();
    const send = await world.load(remote());
    send(await token("RS256"));
    world.answer(all());
    world.clock.pass(10_000);
    const next = async () => send(await token("RS256"));
    expect([(await next()).passed, world.calls.length]).toEqual([true, 1]);
    for (const [body, status] of [
      ["", "503"],
      ["{}", "200"],
      ['{"keys": []}', "200"],
      ["not JSON", "200"],
    ] as const) {
      world.answer(body, status);
      expect((await next()).passed).toBe(true);
      expect(world.calls).toHaveLength(0);
      world.clock.pass(1_000);
      expect((await next()).passed).toBe(true);
      expect(world.calls).toHaveLength(1);
    }
    expect([world.count("jwks_fetches"), world.count("jwks_failures")]).toEqual([5, 4]);
    world.answer(jwks(strangers.RS256));
    // What was believed by the old keys is not by the new ones.
    expect((await next()).body).toBe("Jwt verification fails");
  });

  it("without any keys requests are refused, and the issuer is not asked by each of them", async () => {
    const world = new World();
    const send = await world.load(remote());
    const first = send(await token("RS256"));
    world.answer("", "500");
    expect([first.status, first.body]).toEqual([503, "Jwks remote fetch is failed"]);
    expect(send(await token("RS256")).status).toBe(503);
    expect(world.calls).toHaveLength(0);
    world.clock.pass(1_000);
    const later = send(await token("RS256"));
    world.answer(all());
    expect(later.http.done).toEqual(["continue 0"]);
  });

  it("a key that is not known may be new: the set is fetched once, and then not again for a while", async () => {
    const world = new World();
    const send = await world.load(remote());
    send(await token("RS256"));
    world.answer(jwks(keys.RS256));
    world.clock.pass(5_000);
    const rotated = send(await token("ES256"));
    expect([rotated.passed, world.calls.length]).toEqual([false, 1]);
    world.answer(all());
    expect(rotated.http.done).toEqual(["continue 0"]);
    expect(send(await token("ES256", {}, { header: { kid: "never" } })).status).toBe(401);
    expect(world.calls).toHaveLength(0);
  });

  it("keys that nobody has wanted for long are not used before they were asked for", async () => {
    const world = new World();
    const send = await world.load(remote());
    send(await token("RS256"));
    world.answer(all());
    world.clock.pass(20_001);
    const late = send(await token("RS256"));
    expect([late.passed, world.calls.length]).toEqual([false, 1]);
    world.answer("", "503");
    expect(late.http.done).toEqual(["continue 0"]);
  });

  it("who leaves while it waits is forgotten", async () => {
    const world = new World();
    const plugin = await world.bench.load(world.options(remote()));
    const http = new FakeHttp();
    const stream = must(plugin.httpStream(http));
    stream.onRequestHeaders(headers([":path", "/"], ["authorization", `Bearer ${await token("RS256")}`]), false);
    expect(world.count("waiting")).toBe(1);
    stream.destroy();
    expect(world.count("waiting")).toBe(0);
    world.answer(all());
    expect(http.done).toEqual([]);
  });

  it("a cluster that is not there refuses, and does not wait", async () => {
    const world = new World();
    const send = await world.load(remote({ cluster: "other" }));
    expect(send(await token("RS256")).status).toBe(503);
  });
});
