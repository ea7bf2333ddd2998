import { createHash } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import {
  type DiscoveryRequest,
  type DiscoveryResponse,
  DiscoveryResponseSchema,
} from "../gen/envoy/service/discovery/v3/discovery_pb.js";
import { TypeUrl } from "../type-urls.js";
import type { Content, Dialect } from "./dialect.js";
import type { TypeSubscription } from "./subscription.js";

/**
 * Types of which a response may carry only what changed: a name that it lacks is not removed by that. Of every other
 * type a response is the full set.
 */
const PARTIAL: ReadonlySet<string> = new Set([
  TypeUrl.Endpoint,
  TypeUrl.Route,
  TypeUrl.ExtensionConfig,
  TypeUrl.Secret,
]);

/** The state of the world: `StreamAggregatedResources`. */
export const stateOfTheWorld: Dialect<DiscoveryRequest, DiscoveryResponse> = {
  flavour: "sotw",
  reportsAbsence: false,
  staleIsSilent: true,

  read(request, subscription, answers) {
    const first = subscription.nonce === "";
    const before = new Set(subscription.names);
    const wasWildcard = subscription.wildcard;
    subscribe(subscription, request.resourceNames);
    const asked = [...subscription.names].filter((name) => !before.has(name));
    const same = wasWildcard === subscription.wildcard && before.size === subscription.names.size && asked.length === 0;
    // Neither an answer nor a new list: the client wants to hear again what it asked for, as Envoy does when it
    // rebuilds a cluster.
    const repeats = !first && !answers && same;
    if (repeats) subscription.held.clear();
    return { always: first || repeats, asked };
  },

  speaks(typeUrl, change, removals) {
    return change.changed.length > 0 || (removals && change.gone.length > 0 && !PARTIAL.has(typeUrl));
  },

  write(content) {
    const { subscription, nonce } = content;
    const partial = PARTIAL.has(subscription.typeUrl);
    const resources = partial ? content.change.changed : fullSet(content);
    const version = partial ? content.label : `${content.counter}-${digestOf(resources)}`;
    const message = create(DiscoveryResponseSchema, {
      typeUrl: subscription.typeUrl,
      versionInfo: version,
      nonce,
      resources: resources.map(({ body }) => body),
    });
    return { message, version, resources: resources.map(({ name }) => name) };
  },
};

/** The list is the whole interest; an empty one is a wildcard until names were given once. */
function subscribe(subscription: TypeSubscription, list: readonly string[]): void {
  subscription.named ||= list.length > 0;
  subscription.wildcard = !subscription.named || list.includes("*");
  subscription.names.clear();
  for (const name of list) if (name !== "*") subscription.names.add(name);
  subscription.dropUnwanted();
}

interface Named {
  readonly name: string;
  readonly version: string;
  readonly body: Any;
}

/** What is wanted, and until the stage that removes it what is gone. */
function fullSet({ subscription, change, removals }: Content): readonly Named[] {
  const leaving: Named[] = [];
  for (const name of removals ? [] : change.gone) {
    const holding = subscription.held.get(name);
    if (holding?.body !== undefined) leaving.push({ name, version: holding.version, body: holding.body });
  }
  return [...change.wanted, ...leaving];
}

function digestOf(resources: readonly Named[]): string {
  const lines = resources.map(({ name, version }) => `${name}\0${version}\0`).sort();
  return createHash("sha256").update(lines.join("")).digest("hex").slice(0, 20);
}
