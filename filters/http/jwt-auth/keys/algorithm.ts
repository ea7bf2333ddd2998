/** The algorithms of RFC 7518 (3.1) that are taken; `none` is none of them. */
export enum Algorithm {
  Unknown,
  HS256,
  RS256,
  ES256,
}

export function algorithmOf(name: string): Algorithm {
  if (name == "HS256") return Algorithm.HS256;
  if (name == "RS256") return Algorithm.RS256;
  return name == "ES256" ? Algorithm.ES256 : Algorithm.Unknown;
}
