import { createPrivateKey, createPublicKey, type KeyObject, sign as signWith, verify } from "node:crypto";
import { Status } from "../abi.js";
import type { ForeignFunction } from "../services.js";
import { readFields, writeFields } from "./fields.js";

const HASHES = new Set(["sha1", "sha224", "sha256", "sha384", "sha512"]);

/** VerifySignatureArguments {1 hash, 2 key DER, 3 signature, 4 text, 5 key PEM} → {1 result, 2 error}. */
export const verifySignature: ForeignFunction = (argument) => {
  const fields = readFields(argument);
  const key = fields && importKey(fields.bytes(2), fields.text(5), "public");
  if (!fields || !key) return Status.BadArgument;
  const hash = fields.text(1).toLowerCase();
  if (!HASHES.has(hash)) return writeFields({ 2: `${hash} is not supported.` });
  const ok = attempt(() => verify(hash, fields.bytes(4), key, fields.bytes(3))) ?? false;
  return ok ? writeFields({ 1: true }) : writeFields({ 2: "Failed to verify digest. Error code: 0" });
};

/** SignArguments {1 hash, 2 key DER, 3 text, 4 key PEM} → {1 result, 2 signature, 3 error}. */
export const sign: ForeignFunction = (argument) => {
  const fields = readFields(argument);
  const key = fields && importKey(fields.bytes(2), fields.text(4), "private");
  if (!fields || !key) return Status.BadArgument;
  const hash = fields.text(1).toLowerCase();
  if (!HASHES.has(hash)) return writeFields({ 3: `${hash} is not supported.` });
  const signature = attempt(() => signWith(hash, fields.bytes(3), key));
  return signature ? writeFields({ 1: true, 2: signature }) : writeFields({ 3: "Failed to create signature." });
};

/** One of both forms, not both; undefined where neither is there or it does not parse. */
function importKey(der: Uint8Array, pem: string, kind: "public" | "private"): KeyObject | undefined {
  if (der.length > 0 === (pem !== "")) return undefined;
  return attempt(() => {
    if (kind === "public") {
      return createPublicKey(pem !== "" ? pem : { key: Buffer.from(der), format: "der", type: "spki" });
    }
    return createPrivateKey(pem !== "" ? pem : { key: Buffer.from(der), format: "der", type: "pkcs8" });
  });
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
