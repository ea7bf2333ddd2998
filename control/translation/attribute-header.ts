const PREFIX = "x-meltemi-a-";
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]{1,128}$/;
const RESERVED_STARTS = /^(x-envoy-|x-meltemi-|x-forwarded-|grpc-|proxy-)/;
const RESERVED = new Set(
  (
    "host connection keep-alive te trailer transfer-encoding upgrade content-length content-type content-encoding expect " +
    "via date server cookie set-cookie x-request-id user-agent http2-settings location retry-after early-data alt-svc"
  ).split(" "),
);

/** Longer names are cut, and told apart by a hash. */
const LONGEST_NAME = 128;
const KEPT_OF_LONGER = 100;

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/**
 * The HTTP header that carries an attribute between the codecs: its name in lower case where HTTP and Envoy bear it as it
 * is, else escaped, so that no attribute can pass for a header that steers the proxy. assembly/bridge does the same in the
 * codecs; attribute-vectors.json there holds both to it.
 */
export function attributeHeader(name: string): string {
  const bytes = Buffer.from(name, "utf8").map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte));
  const lower = Buffer.from(bytes).toString("latin1");
  if (TOKEN.test(lower) && !RESERVED_STARTS.test(lower) && !RESERVED.has(lower)) return lower;
  if (bytes.length <= LONGEST_NAME) return PREFIX + escaped(bytes);
  const hash = fnv1a64(bytes).toString(16).padStart(16, "0");
  return `${PREFIX}${escaped(bytes.subarray(0, KEPT_OF_LONGER))}-${hash}`;
}

function escaped(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("latin1")
    .replaceAll(/[^a-z0-9\-._]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function fnv1a64(bytes: Uint8Array): bigint {
  let hash = FNV_OFFSET;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return hash;
}
