import type { JwtRuleSpec, RouteJwtSpec, Rules } from "../source/index.js";
import type { Callouts } from "./callouts.js";
import type { Problems } from "./problems.js";
import { checkTargets, isFor, type Target } from "./targets.js";
import type { JwtIssuer, RouteJwt } from "./types.js";

const MODULE = "jwt-auth";

/** The issuers whose tokens a service believes: of its namespace's RequestAuthentications, and of the whole mesh's. */
export function issuersOf(service: Target, rules: Rules, callouts: Callouts): JwtIssuer[] {
  return rules.requestAuthentications
    .filter((policy) => isFor(policy, policy.spec.targetRefs, service))
    .flatMap(({ spec }) => (spec.jwtRules ?? []).map((rule) => issuer(rule, callouts)));
}

/** Says which RequestAuthentications are for nobody, or need a module that is not there. */
export function checkJwt(
  rules: Rules,
  services: readonly Target[],
  filters: ReadonlyMap<string, unknown>,
  problems: Problems,
): void {
  for (const policy of rules.requestAuthentications) {
    checkTargets(policy, policy.spec.targetRefs, services, problems);
    if (!filters.has(MODULE))
      problems.error(policy, ["spec"], `needs the module http/${MODULE}.wasm, which is not there`);
    (policy.spec.jwtRules ?? []).forEach(({ jwks }, index) => {
      const path = ["spec", "jwtRules", index, "jwks"];
      if (jwks !== undefined && !isKeySet(jwks)) {
        problems.error(policy, path, 'expected a JSON Web Key Set, {"keys": […]}');
      }
    });
  }
}

export function routeJwtOf({ required = false, claims = {} }: RouteJwtSpec): RouteJwt {
  return { required, claims: Object.entries(claims).map(([claim, values]) => ({ claim, values })) };
}

function issuer(rule: JwtRuleSpec, callouts: Callouts): JwtIssuer {
  const { jwks, jwksUri, timeout, cacheDuration, clockSkew } = rule;
  return {
    issuer: rule.issuer,
    audiences: rule.audiences ?? [],
    keys:
      jwksUri === undefined
        ? { inline: jwks ?? "" }
        : {
            callout: callouts.toUri(new URL(jwksUri)),
            uri: jwksUri,
            ...(timeout !== undefined && { timeout: Math.round(timeout) }),
            ...(cacheDuration !== undefined && { refresh: Math.round(cacheDuration) }),
          },
    from: (rule.fromHeaders ?? []).map(({ name, prefix }) => ({ attribute: name, prefix: prefix ?? "" })),
    claimHeaders: (rule.outputClaimToHeaders ?? []).map(({ header, claim }) => ({ attribute: header, claim })),
    ...(rule.outputPayloadToHeader !== undefined && { payloadHeader: rule.outputPayloadToHeader }),
    forward: rule.forwardOriginalToken ?? false,
    ...(clockSkew !== undefined && { clockSkew: clockSkew / 1000 }),
  };
}

function isKeySet(text: string): boolean {
  try {
    return Array.isArray((JSON.parse(text) as { keys?: unknown }).keys);
  } catch {
    return false;
  }
}
