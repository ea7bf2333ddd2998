import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { contract, ONE_BY_ONE } from "../support/index.js";

const ISSUER = "https://issuer.test";
const KEY = Buffer.from("a key that nobody is ever to read").toString("base64url");

const users = {
  apiVersion: "security.istio.io/v1",
  kind: "RequestAuthentication",
  name: "users",
  spec: {
    targetRefs: [{ kind: "ServiceEntry", group: "networking.istio.io", name: "guarded.test" }],
    jwtRules: [{ issuer: ISSUER, jwks: JSON.stringify({ keys: [{ kty: "oct", kid: "one", k: KEY }] }) }],
  },
};
const guarded = { routes: [{ to: "v1", jwt: { required: true } }], documents: [users] };

contract(
  "secrets",
  { services: { guarded }, hostArgs: ["--log-level", "debug"] },
  (world) => {
    test("tokens, good and bad, and keys are in no log", async () => {
      const token = await new SignJWT({ iss: ISSUER, sub: "ann" })
        .setProtectedHeader({ alg: "HS256", kid: "one" })
        .setExpirationTime("1h")
        .sign(Buffer.from(KEY, "base64url"));
      const [, claims = "", signature = ""] = token.split(".");
      const ask = async (bearer: string) =>
        (
          await world()
            .caller("guarded")
            .call({ attributes: [["authorization", `Bearer ${bearer}`]] })
        ).error;
      expect(await ask(token)).toBeUndefined();
      expect(await ask(`${token}x`)).toBeDefined();
      expect(await ask(token.slice(0, -signature.length / 2))).toBeDefined();
      // A log that says nothing proves nothing.
      if (world().proxy.kind === "host") expect(world().proxy.log()).toContain("connected to the control plane");
      const said = `${world().proxy.log()}\n${world().warnings.join("\n")}`;
      for (const secret of [KEY, claims, signature]) expect(said).not.toContain(secret);
    });
  },
  { lanes: ONE_BY_ONE },
);
