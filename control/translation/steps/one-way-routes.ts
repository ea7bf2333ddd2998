import { clone, create } from "@bufbuild/protobuf";
import {
  HeaderMatcherSchema,
  type RouteAction,
  type RouteMatch,
  RouteMatchSchema,
} from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { Service } from "../../model/index.js";
import { unsentOnly } from "./retry-policy.js";

interface Way {
  readonly match: RouteMatch;
  readonly action: { readonly case: "route"; readonly value: RouteAction };
}

/**
 * Where a backend's connection carries one request at a time, the one that took a one-way request is closed behind it, and to
 * the router that is a failure. So whatever rules say of failures, one-way requests are sent again only where no
 * backend had them: each way whose rule says more has another before it, for these alone.
 */
export function withOneWay<W extends Way>(ways: readonly W[], { codec }: Service): W[] {
  if (codec.mode !== "plain") return [...ways];
  return ways.flatMap((way) => {
    const { retryPolicy } = way.action.value;
    const unsent = retryPolicy && unsentOnly(retryPolicy);
    if (unsent === undefined || unsent.retryOn === retryPolicy?.retryOn) return [way];
    const value = { ...way.action.value, retryPolicy: unsent };
    return [{ ...way, match: toldOnly(way.match), action: { case: "route", value } }, way];
  });
}

/** No client's attribute ever has such a header's name. */
function toldOnly(match: RouteMatch): RouteMatch {
  const told = clone(RouteMatchSchema, match);
  told.headers.push(
    create(HeaderMatcherSchema, {
      name: "x-meltemi-kind",
      headerMatchSpecifier: { case: "stringMatch", value: { matchPattern: { case: "exact", value: "oneway" } } },
    }),
  );
  return told;
}
