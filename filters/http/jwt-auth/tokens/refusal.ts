import { Slice } from "meltemi/assembly";

/** Why a request is refused. */
export enum Refusal {
  None,
  Missing,
  Malformed,
  Algorithm,
  Issuer,
  Audience,
  Expired,
  NotYet,
  NoKey,
  Signature,
  /** The issuer's keys cannot be had. */
  NoKeys,
  Claims,
}

// In the order of the enum; Envoy's own filter says the first of them likewise.
const WORDS: StaticArray<Slice> = [
  Slice.fixed(""),
  Slice.fixed("Jwt is missing"),
  Slice.fixed("Jwt is not in the form of Header.Payload.Signature"),
  Slice.fixed("Jwt header alg is not supported"),
  Slice.fixed("Jwt issuer is not configured"),
  Slice.fixed("Audiences in Jwt are not allowed"),
  Slice.fixed("Jwt is expired"),
  Slice.fixed("Jwt not yet valid"),
  Slice.fixed("Jwks doesn't have key to match kid or alg from Jwt"),
  Slice.fixed("Jwt verification fails"),
  Slice.fixed("Jwks remote fetch is failed"),
  Slice.fixed("Jwt claims are not allowed"),
];

export function refusalWords(refusal: Refusal): Slice {
  return WORDS[refusal];
}

/** Who is not known, who may not, and what cannot be told now. */
export function refusalStatus(refusal: Refusal): u32 {
  if (refusal == Refusal.NoKeys) return 503;
  return refusal == Refusal.Claims ? 403 : 401;
}
