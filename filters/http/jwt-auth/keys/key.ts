import { Bytes, Json, JsonKind, Slice, Writer } from "meltemi/assembly";
import {
  decodeBase64Url,
  ecPublicKey,
  ecSignature,
  hmacSha256,
  rsaPublicKey,
  sameSecretly,
  verifySignature,
} from "../crypto";
import { Algorithm, algorithmOf } from "./algorithm";

// RFC 7518, 3.2: a secret is not shorter than the hash; 3.3: an RSA key has at least 2048 bits.
const LEAST_SECRET_BYTES: i32 = 32;
const LEAST_RSA_BYTES: i32 = 256;
const MOST_RSA_BYTES: i32 = 2048;

const first = new Writer();
const second = new Writer();
const MAC: usize = memory.data(32);

/** One key, good for one algorithm alone. */
export class Key {
  private constructor(
    /** Empty: it has none. */
    readonly id: string,
    readonly algorithm: Algorithm,
    /** A secret, or a public key in DER. */
    private material: Bytes,
  ) {}

  /** Null: not a key to verify HS256, RS256 or ES256 with, or broken. */
  static read(json: Json): Key | null {
    const use = text(json, "use");
    if (use != "" && use != "sig") return null;
    const type = text(json, "kty");
    const algorithm =
      type == "oct"
        ? Algorithm.HS256
        : type == "RSA"
          ? Algorithm.RS256
          : type == "EC"
            ? Algorithm.ES256
            : Algorithm.Unknown;
    const named = text(json, "alg");
    if (algorithm == Algorithm.Unknown || (named != "" && algorithmOf(named) != algorithm)) return null;
    first.reset();
    const good =
      algorithm == Algorithm.HS256 ? readSecret(json) : algorithm == Algorithm.RS256 ? readRsa(json) : readEc(json);
    return good ? new Key(text(json, "kid"), algorithm, Bytes.copyOf(first.view())) : null;
  }

  /** Did this key make the signature, by its own algorithm? */
  verifies(signature: Slice, signed: Slice): bool {
    const material = this.material.view();
    if (this.algorithm == Algorithm.HS256) {
      hmacSha256(material, signed, MAC);
      return sameSecretly(Slice.view(MAC, 32), signature);
    }
    if (this.algorithm == Algorithm.RS256) return verifySignature(material, signature, signed);
    first.reset();
    return ecSignature(signature, first) && verifySignature(material, first.view(), signed);
  }
}

function readSecret(json: Json): bool {
  return decode(json, "k", first) && first.length >= LEAST_SECRET_BYTES;
}

function readRsa(json: Json): bool {
  const modulus = new Writer();
  second.reset();
  const good =
    decode(json, "n", modulus) &&
    decode(json, "e", second) &&
    modulus.length >= LEAST_RSA_BYTES &&
    modulus.length <= MOST_RSA_BYTES &&
    second.length <= MOST_RSA_BYTES;
  if (good) rsaPublicKey(modulus.view(), second.view(), first);
  modulus.free();
  return good;
}

function readEc(json: Json): bool {
  if (text(json, "crv") != "P-256") return false;
  const x = new Writer();
  second.reset();
  const good = decode(json, "x", x) && decode(json, "y", second) && ecPublicKey(x.view(), second.view(), first);
  x.free();
  return good;
}

function decode(json: Json, name: string, out: Writer): bool {
  return decodeBase64Url(Bytes.of(text(json, name)).view(), out) && out.length > 0;
}

/** Empty: it is not there, or no text. */
function text(json: Json, name: string): string {
  const value = json.get(name);
  return value == null || value.kind != JsonKind.String ? "" : value.text;
}
