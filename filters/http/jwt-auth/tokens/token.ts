import { Bytes, Json, JsonKind, JsonParser, Slice, Writer } from "meltemi/assembly";
import { decodeBase64Url } from "../crypto";
import { Algorithm, algorithmOf } from "../keys";
import { Refusal } from "./refusal";

/** Longer tokens are none: nobody is to make a proxy decode megabytes. */
const MOST_BYTES: i32 = 16384;
const DOT: u8 = 0x2e;

const scratch = new Writer();

/**
 * A token, taken apart and not yet believed (RFC 7515, 7.1):
 *   base64url(header) "." base64url(payload) "." base64url(signature)
 */
export class Token {
  private constructor(
    readonly algorithm: Algorithm,
    /** Empty: it names no key. */
    readonly keyId: string,
    readonly claims: Json,
    /** As it stands in the token. */
    readonly payload: Bytes,
    private signature: Bytes,
    /** What the signature is over. */
    private signedBytes: i32,
    private text: Bytes,
  ) {}

  /** Null: it is not of this form, or something of it must be understood (`crit`) and is not. */
  static parse(text: Slice): Token | null {
    if (text.length > MOST_BYTES) return null;
    const first = dotAt(text, 0);
    const second = dotAt(text, first + 1);
    if (second >= text.length || dotAt(text, second + 1) < text.length) return null;
    const header = objectIn(part(text, 0, first));
    const claims = objectIn(part(text, first + 1, second));
    if (header == null || claims == null || header.get("crit") != null) return null;
    scratch.reset();
    if (!decodeBase64Url(part(text, second + 1, text.length), scratch)) return null;
    const algorithm = textOf(header, "alg");
    const keyId = header.get("kid");
    if (algorithm == null || (keyId != null && keyId.kind != JsonKind.String)) return null;
    return new Token(
      algorithmOf(algorithm),
      keyId == null ? "" : keyId.text,
      claims,
      Bytes.copyOf(part(text, first + 1, second)),
      Bytes.copyOf(scratch.view()),
      second,
      Bytes.copyOf(text),
    );
  }

  get issuer(): string {
    const issuer = textOf(this.claims, "iss");
    return issuer == null ? "" : issuer;
  }

  get isUnsupported(): bool {
    return this.algorithm == Algorithm.Unknown;
  }

  get subject(): string {
    const subject = textOf(this.claims, "sub");
    return subject == null ? "" : subject;
  }

  signatureView(): Slice {
    return this.signature.view();
  }

  signed(): Slice {
    return Slice.view(this.text.view().ptr, this.signedBytes);
  }

  /** Is this the same token, byte for byte? */
  is(text: Slice): bool {
    return this.text.view().equals(text);
  }

  /** @param now in seconds, as all times of a token are (RFC 7519, 4.1.4 and 4.1.5) */
  refusedAt(now: f64, skew: f64): Refusal {
    const expires = this.claims.get("exp");
    const from = this.claims.get("nbf");
    if (expires != null && (expires.kind != JsonKind.Number || !(now < expires.number + skew))) return Refusal.Expired;
    if (from != null && (from.kind != JsonKind.Number || !(now >= from.number - skew))) return Refusal.NotYet;
    return Refusal.None;
  }

  /** Is it for one of these? Whoever asks for nobody takes any. */
  isFor(audiences: Array<string>): bool {
    if (audiences.length == 0) return true;
    const claim = this.claims.get("aud");
    if (claim == null) return false;
    if (claim.kind == JsonKind.String) return audiences.includes(claim.text);
    if (claim.kind != JsonKind.Array) return false;
    for (let i = 0; i < claim.items.length; i++) {
      if (claim.items[i].kind == JsonKind.String && audiences.includes(claim.items[i].text)) return true;
    }
    return false;
  }
}

function objectIn(encoded: Slice): Json | null {
  scratch.reset();
  if (!decodeBase64Url(encoded, scratch)) return null;
  const json = new JsonParser().parse(scratch.view());
  return json != null && json.kind == JsonKind.Object ? json : null;
}

function textOf(json: Json, name: string): string | null {
  const value = json.get(name);
  return value == null || value.kind != JsonKind.String ? null : value.text;
}

/** Where the next dot stands, or the end. */
function dotAt(text: Slice, start: i32): i32 {
  let at = start;
  while (at < text.length && text.at(at) != DOT) at++;
  return at;
}

function part(text: Slice, start: i32, end: i32): Slice {
  return Slice.view(text.ptr + <usize>start, end - start);
}
