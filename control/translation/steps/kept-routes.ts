import { create } from "@bufbuild/protobuf";
import { HeaderMatcherSchema, type RouteMatch } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { JwtIssuer, Mutation, Route } from "../../model/index.js";
import { attributeHeader } from "../attribute-header.js";
import { routeMatch } from "./route-match.js";

/** What header-mutation writes it in. */
const ROUTE_HEADER = "x-meltemi-route";

/**
 * Envoy chooses a request's route anew when a Wasm filter changes headers (seen on 1.40), and a rule's own change could lead
 * its request to another rule. So where rules change what rules ask for, changed requests say which route they have.
 * @param issuers whose tokens change attributes of all requests
 * @returns for each rule what its requests say, or undefined where that is not needed
 */
export function keptRoutes(rules: readonly Route[], issuers: readonly JwtIssuer[] = []): (string | undefined)[] {
  const asked = new Set(rules.flatMap(({ match }) => match.map(({ name }) => attributeHeader(name))));
  const byTokens = issuers.flatMap(attributesOf);
  return rules.map(({ requestMutation, cuts = [] }, index) => {
    const changed = [...requestMutation.flatMap(changedBy), ...cuts.map(({ name }) => name), ...byTokens];
    return changed.some((name) => asked.has(attributeHeader(name))) ? String(index) : undefined;
  });
}

/** The match of a route for requests that say that they have it. No client's attribute ever has such a header's name. */
export function keptMatch(kept: string): RouteMatch {
  const match = routeMatch([]);
  match.headers.push(
    create(HeaderMatcherSchema, {
      name: ROUTE_HEADER,
      headerMatchSpecifier: { case: "stringMatch", value: { matchPattern: { case: "exact", value: kept } } },
    }),
  );
  return match;
}

function changedBy(mutation: Mutation): string[] {
  if (mutation.kind === "copy") return [mutation.to];
  return mutation.kind === "rename" ? [mutation.name, mutation.to] : [mutation.name];
}

/** What a request loses or gets where it brings a token of an issuer's. */
function attributesOf({ from, claimHeaders, payloadHeader, forward }: JwtIssuer): string[] {
  const tokens = from.length === 0 ? ["authorization"] : from.map(({ attribute }) => attribute);
  return [
    ...(forward ? [] : tokens),
    ...claimHeaders.map(({ attribute }) => attribute),
    ...(payloadHeader === undefined ? [] : [payloadHeader]),
  ];
}
