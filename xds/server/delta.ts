import { create } from "@bufbuild/protobuf";
import {
  type DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from "../gen/envoy/service/discovery/v3/discovery_pb.js";
import type { Dialect } from "./dialect.js";
import type { TypeSubscription } from "./subscription.js";

/** Only differences: `DeltaAggregatedResources`. */
export const delta: Dialect<DeltaDiscoveryRequest, DeltaDiscoveryResponse> = {
  flavour: "delta",
  reportsAbsence: true,
  staleIsSilent: false,

  read(request, subscription) {
    const first = subscription.nonce === "";
    if (first) begin(request, subscription);
    else subscribe(request.resourceNamesSubscribe, subscription);
    unsubscribe(request.resourceNamesUnsubscribe, subscription);
    return { always: first, asked: request.resourceNamesSubscribe.filter((name) => name !== "*") };
  },

  speaks(_typeUrl, change, removals) {
    return change.changed.length > 0 || (removals && change.gone.length > 0);
  },

  write({ subscription, change, removals, absent, label, nonce }) {
    const removed = [...new Set([...(removals ? change.gone : []), ...absent])];
    const message = create(DeltaDiscoveryResponseSchema, {
      typeUrl: subscription.typeUrl,
      systemVersionInfo: label,
      nonce,
      resources: change.changed.map(({ name, version, body }) => ({ name, version, resource: body })),
      removedResources: removed,
    });
    return { message, version: label, resources: [...change.changed.map(({ name }) => name), ...removed] };
  },
};

/** A stream's first request of a type brings along what the client still has from earlier streams. */
function begin(request: DeltaDiscoveryRequest, subscription: TypeSubscription): void {
  subscription.wildcard = request.resourceNamesSubscribe.length === 0;
  subscribe(request.resourceNamesSubscribe, subscription);
  for (const [name, version] of Object.entries(request.initialResourceVersions)) {
    if (subscription.wants(name)) subscription.held.set(name, { version, body: undefined });
  }
}

/** A name that is subscribed to is sent, also if the client has it. */
function subscribe(names: readonly string[], subscription: TypeSubscription): void {
  for (const name of names) {
    if (name === "*") {
      subscription.wildcard = true;
    } else {
      subscription.names.add(name);
      subscription.held.delete(name);
    }
  }
}

/** A name that a wildcard still covers is sent once more, which tells the client that it keeps it. */
function unsubscribe(names: readonly string[], subscription: TypeSubscription): void {
  for (const name of names) {
    if (name === "*") subscription.wildcard = false;
    else if (subscription.names.delete(name)) subscription.held.delete(name);
  }
  subscription.dropUnwanted();
}
