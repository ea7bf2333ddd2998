import { createHmac } from "node:crypto";

const secret = Buffer.alloc(32, "bench");

export const ISSUER = "bench";
export const JWKS = JSON.stringify({ keys: [{ kty: "oct", alg: "HS256", kid: "bench", k: encoded(secret) }] });
/** A token of the issuer's that does not expire (RFC 7519, HS256). */
export const TOKEN = token({ alg: "HS256", kid: "bench" }, { iss: ISSUER, sub: "client" });

function token(header: object, claims: object): string {
  const signed = [header, claims].map((part) => encoded(Buffer.from(JSON.stringify(part)))).join(".");
  return `${signed}.${encoded(createHmac("sha256", secret).update(signed).digest())}`;
}

function encoded(bytes: Buffer): string {
  return bytes.toString("base64url");
}
