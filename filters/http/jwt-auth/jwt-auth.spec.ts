import { type JWTPayload, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { must } from "../../../host/vm/spec/kit.support.js";
import { all, ISSUER, jwks, keys, NOW, strangers, token, World } from "./jwt-auth.support.js";

const provider = (more: object = {}) => ({ issuer: ISSUER, jwks: all(), ...more });
const open = (more: object = {}, plan: object = { required: true }) =>
  new World().load({ providers: [provider(more)], ...plan });

describe("jwt-auth", () => {
  it.each(["HS256", "RS256", "ES256"] as const)("believes %s by its key alone", async (algorithm) => {
    const send = await open();
    expect(send(await token(algorithm)).passed).toBe(true);
    // A key id that is there, and one that the token does not say.
    expect(send(await token(algorithm, {}, { header: {} })).passed).toBe(true);
    const forged = send(await token(algorithm, {}, { signer: strangers[algorithm].signer }));
    expect([forged.status, forged.body]).toEqual([401, "Jwt verification fails"]);
    const unknown = send(await token(algorithm, {}, { header: { kid: "other" } }));
    expect([unknown.status, unknown.body]).toEqual([401, "Jwks doesn't have key to match kid or alg from Jwt"]);
  });

  it("refuses a token at which anything was changed, or of which anything is missing", async () => {
    const send = await open();
    for (const algorithm of ["HS256", "RS256", "ES256"] as const) {
      const good = await token(algorithm);
      const wrong = new Set<string>();
      for (let length = 0; length < good.length; length += 7) wrong.add(good.slice(0, length));
      for (let at = 0; at < good.length; at += 5) {
        wrong.add(good.slice(0, at) + (good[at] === "A" ? "B" : "A") + good.slice(at + 1));
      }
      for (const end of ["A", ".", ".A", "=", "\u00e9"]) wrong.add(good + end);
      wrong.delete(good);
      for (const text of wrong) expect([text, send(text).status]).toEqual([text, 401]);
      expect(send(good).passed).toBe(true);
    }
  });

  it("refuses `none`, algorithms that it does not know, and keys of another algorithm", async () => {
    const send = await open();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { iss: ISSUER, exp: NOW + 1000 };
    expect(send(new UnsecuredJWT(claims).encode()).body).toBe("Jwt header alg is not supported");
    for (const alg of ["none", "None", "HS512", "RS1", ""]) {
      expect(send(`${part({ alg })}.${part(claims)}.AAAA`).body).toBe("Jwt header alg is not supported");
    }
    expect(send(`${part({ alg: 1 })}.${part(claims)}.AAAA`).status).toBe(401);
    // The public key taken for a secret.
    const publicKey = Buffer.from(JSON.stringify(keys.RS256.jwk));
    const swapped = await token("HS256", {}, { signer: publicKey, header: { kid: "RS256" } });
    expect(send(swapped).body).toBe("Jwks doesn't have key to match kid or alg from Jwt");
    const named = await open({ jwks: JSON.stringify({ keys: [keys.ES256.jwk, { ...keys.RS256.jwk, alg: "RS512" }] }) });
    expect(named(await token("RS256")).status).toBe(401);
  });

  it("refuses what must be understood and is not", async () => {
    const send = await open();
    const header = { kid: "HS256", crit: ["b64"], b64: true };
    expect(send(await token("HS256", {}, { header })).body).toBe("Jwt is not in the form of Header.Payload.Signature");
  });

  it("knows the time, and allows for clocks that are not quite right", async () => {
    const send = await open({ clockSkew: 10 });
    const at = async (claims: JWTPayload) => send(await token("HS256", claims)).body;
    expect(await at({ exp: NOW - 9 })).toBe("");
    expect(await at({ exp: NOW - 10 })).toBe("Jwt is expired");
    expect(await at({ nbf: NOW + 10 })).toBe("");
    expect(await at({ nbf: NOW + 11 })).toBe("Jwt not yet valid");
    expect(await at({ exp: "soon" as unknown as number })).toBe("Jwt is expired");
  });

  it("a token that was believed is not when it has expired", async () => {
    const world = new World();
    const send = await world.load({ providers: [provider({ clockSkew: 0 })] });
    const brief = await token("RS256", { exp: NOW + 2 });
    expect([send(brief).passed, send(brief).passed, world.count("cache_hits")]).toEqual([true, true, 1]);
    world.clock.pass(2_000);
    expect(send(brief).body).toBe("Jwt is expired");
  });

  it("wants the issuer, and the audience where one is asked", async () => {
    const send = await open({ audiences: ["a", "b"] });
    expect(send(await token("HS256", { aud: "a" })).passed).toBe(true);
    expect(send(await token("HS256", { aud: ["x", "b"] })).passed).toBe(true);
    for (const aud of ["x", [], undefined]) {
      expect(send(await token("HS256", aud === undefined ? {} : { aud })).body).toBe(
        "Audiences in Jwt are not allowed",
      );
    }
    expect(send(await token("HS256", { iss: "https://other.test" })).body).toBe("Jwt issuer is not configured");
  });

  it("without a token only what requires none passes", async () => {
    const refused = (await open())();
    expect([refused.status, refused.body]).toEqual([401, "Jwt is missing"]);
    expect(refused.http.replies[0]?.details).toBe("jwt_authn_access_denied{Jwt_is_missing}");
    expect((await open({}, {}))().passed).toBe(true);
    expect((await open({}, {}))("nonsense").body).toBe("Jwt is not in the form of Header.Payload.Signature");
    const some = await open({}, { require: [{ operations: ["op*"] }] });
    expect([some().body, some(undefined, [[":path", "/svc/other"]]).passed]).toEqual(["Jwt is missing", false]);
    expect((await open({}, { require: [{ services: ["other"] }] }))().passed).toBe(true);
  });

  it("requires claims by operation", async () => {
    const require = [
      { operations: ["op"], claims: [{ claim: "role", values: ["admin", "ops*"] }] },
      { services: ["svc"], claims: [{ claim: "realm.level", values: ["3"] }] },
      { operations: ["other"], claims: [{ claim: "never", values: ["*"] }] },
    ];
    const send = await open({}, { require });
    const passes = async (claims: JWTPayload) => {
      const { passed, status, body } = send(await token("HS256", claims));
      if (!passed) expect([status, body]).toEqual([403, "Jwt claims are not allowed"]);
      return passed;
    };
    expect(await passes({ role: "admin", realm: { level: 3 } })).toBe(true);
    expect(await passes({ role: ["user", "ops-1"], "realm.level": "3" })).toBe(true);
    expect(await passes({ role: "admin" })).toBe(false);
    expect(await passes({ role: "user", realm: { level: 3 } })).toBe(false);
    expect(await passes({ role: { admin: true }, realm: { level: 3 } })).toBe(false);
    const scoped = await open({}, { require: [{ claims: [{ claim: "scope", values: ["write"] }] }] });
    expect(scoped(await token("HS256", { scope: "read write" })).passed).toBe(true);
    expect(scoped(await token("HS256", { scope: "read writer" })).passed).toBe(false);
  });

  it("says claims to the backend, and nobody else does", async () => {
    const claimHeaders = [
      { claim: "sub", header: "X-User" },
      { claim: "roles", header: "roles" },
      { claim: "admin", header: "admin" },
      { claim: "age", header: "age" },
    ];
    const send = await open({ claimHeaders, payloadHeader: "payload" }, { route: "7" });
    const bearer = await token("HS256", { sub: "ann\n100%", roles: ["a", "b"], age: 7 });
    const told = send(bearer, [
      ["x-user", "eve"],
      ["admin", "true"],
      ["other", "x"],
    ]);
    expect(told.headers).toEqual([
      ["other", "x"],
      ["x-user", "ann%0A100%25"],
      ["x-meltemi-names", "X-User"],
      ["roles", "a,b"],
      ["age", "7"],
      ["payload", bearer.split(".")[1]],
      ["x-meltemi-route", "7"],
    ]);
    const principal = must(told.http.filterState.get("wasm.meltemi.jwt.principal"));
    expect(Buffer.from(principal).toString()).toBe(`${ISSUER}/ann\n100%`);
    expect(send(undefined, [["x-user", "eve"]]).headers).toEqual([["x-meltemi-route", "7"]]);
    expect(send(undefined, [["other", "x"]]).headers).toEqual([["other", "x"]]);
  });

  it("takes tokens from where it is told, and passes them on where it is told", async () => {
    const from = [{ header: "Token" }, { header: "Auth", prefix: "JWT " }];
    const send = await open({ from });
    const good = await token("HS256");
    expect(send(good).body).toBe("Jwt is missing");
    expect(send(undefined, [["token", good]]).headers).toEqual([]);
    expect(send(undefined, [["auth", `JWT ${good}`]]).passed).toBe(true);
    expect(send(undefined, [["auth", good]]).body).toBe("Jwt is missing");
    const forwarding = await open({ from, forward: true });
    expect(forwarding(undefined, [["token", good]]).headers).toEqual([["token", good]]);
  });

  it("of several issuers, each has its own keys", async () => {
    const other = { issuer: "https://other.test", jwks: jwks(strangers.RS256) };
    const send = await new World().load({ providers: [provider(), other] });
    const signer = strangers.RS256.signer;
    expect(send(await token("RS256")).passed).toBe(true);
    expect(send(await token("RS256", { iss: other.issuer }, { signer })).passed).toBe(true);
    expect(send(await token("RS256", { iss: other.issuer })).body).toBe("Jwt verification fails");
    expect(send(await token("RS256", {}, { signer })).body).toBe("Jwt verification fails");
  });

  it("a route's configuration takes the place of the plugin's, and what cannot be read lets nobody in", async () => {
    const world = new World();
    const send = await world.load({ providers: [provider()], required: true });
    expect(send(undefined, [], "{}").passed).toBe(true);
    expect(send(await token("HS256"), [], "{").passed).toBe(false);
    expect(send(undefined, [], '{"providers": 1}').status).toBe(401);
    expect(world.count("bad_configurations")).toBe(2);
  });

  it("says what is wrong with a configuration, field by field", async () => {
    const world = new World();
    const result = await world.bench.registry.plugin(
      world.options({
        providers: [
          { jwks: "{}", clockSkew: -1, from: [{}], claimHeaders: [{ claim: "a" }] },
          { issuer: "a", jwks: all(), remote: { cluster: "keys", uri: "nowhere" } },
          { issuer: "b", remot: {} },
        ],
        require: [{ claims: [{ claim: "a" }] }],
        requird: true,
      }),
    );
    const reason = result.ok ? "accepted" : result.reason;
    for (const words of [
      "providers[0].issuer: expected a string, it is missing",
      "providers[0].clockSkew: expected a number from 0 to 86400",
      "providers[0].from[0].header: expected a string, it is missing",
      "providers[0].claimHeaders[0].header: expected a string, it is missing",
      "providers[0].jwks: expected a JSON Web Key Set",
      'providers[1]: expected exactly one of "jwks" and "remote"',
      "providers[1].remote.uri: expected a URI",
      "providers[2].remot: unknown field",
      "require[0].claims[0].values: expected at least one value",
      "requird: unknown field",
    ]) {
      expect(reason).toContain(words);
    }
  });
});
