import type { JwtIssuer, Route, Service } from "../../model/index.js";
import { calloutCluster } from "../names.js";
import type { RouteFilter } from "./route-filter.js";

/** Believes requests' tokens, or refuses them. */
export const jwtAuth: RouteFilter = {
  module: "jwt-auth",
  sessions: true,
  settings({ jwt }: Route, { issuers = [] }: Service, kept: string | undefined) {
    const asks = jwt !== undefined && (jwt.required || jwt.claims.length > 0);
    if (issuers.length === 0 && !asks) return undefined;
    return {
      providers: issuers.map(provider),
      ...(asks && { required: true }),
      ...(jwt !== undefined && jwt.claims.length > 0 && { require: [{ claims: jwt.claims }] }),
      ...(kept !== undefined && { route: kept }),
    };
  },
};

function provider(issuer: JwtIssuer) {
  const { keys, audiences, from, claimHeaders, payloadHeader, forward, clockSkew } = issuer;
  return {
    issuer: issuer.issuer,
    ...(audiences.length > 0 && { audiences }),
    ...("inline" in keys
      ? { jwks: keys.inline }
      : {
          remote: {
            cluster: calloutCluster(keys.callout),
            uri: keys.uri,
            ...(keys.refresh !== undefined && { refresh: keys.refresh }),
            ...(keys.timeout !== undefined && { timeout: keys.timeout }),
          },
        }),
    ...(from.length > 0 && { from: from.map(({ attribute, prefix }) => ({ header: attribute, prefix })) }),
    ...(claimHeaders.length > 0 && {
      claimHeaders: claimHeaders.map(({ attribute, claim }) => ({ claim, header: attribute })),
    }),
    ...(payloadHeader !== undefined && { payloadHeader }),
    ...(forward && { forward }),
    ...(clockSkew !== undefined && { clockSkew }),
  };
}
