import type { DestinationRuleSpec, Resource, Rules, ServiceEntrySpec } from "../source/index.js";
import { bindOf } from "./bind.js";
import { endpointsOf } from "./endpoints.js";
import { type Inbound, inboundOf } from "./inbound.js";
import { withMode } from "./mode.js";
import { policyOf } from "./policy.js";
import type { Problems } from "./problems.js";
import { largestFrame, type Protocols, protocolOf } from "./protocols.js";
import { backendTls, serverTls } from "./tls.js";
import { tuningOf } from "./tuning.js";
import type { Codec, UndecidedService } from "./types.js";

/** A service before its rules are known, with the document that it comes from. */
export type Draft = UndecidedService & {
  readonly entry: Resource<ServiceEntrySpec>;
  readonly proxied: Inbound | undefined;
};

/** A draft for each port of a host whose protocol has a codec. */
export function draftServices(rules: Rules, protocols: Protocols, fallback: string, problems: Problems): Draft[] {
  return rules.serviceEntries.flatMap((entry) =>
    entry.spec.ports.flatMap((port, index) => {
      const codec = codecOf(entry, port.name, ["spec", "ports", index, "name"], protocols, problems);
      if (codec === undefined) return [];
      return entry.spec.hosts.map((name, at): Draft => {
        const host = name.toLowerCase();
        const endpoints = endpointsOf(entry, name, port, rules.addresses, problems);
        return {
          entry,
          proxied: inboundOf(entry, endpoints, problems),
          host,
          port: port.number,
          codec,
          bind: bindOf(entry, port.number, fallback, problems),
          ...serverTls(entry, rules, problems),
          tuning: { ...largestFrame(codec), ...tuningOf(entry, problems) },
          endpoints,
          policy: policyOf([], port.number),
          subsets: [],
          origin: entry.at(["spec", "hosts", at]),
        };
      });
    }),
  );
}

function codecOf(
  entry: Resource<ServiceEntrySpec>,
  portName: string,
  path: readonly PropertyKey[],
  protocols: Protocols,
  problems: Problems,
): Codec | undefined {
  const protocol = protocolOf(portName);
  if (protocol === undefined) {
    problems.warning(entry, path, `port ${portName} is not served: its name is not tcp-metaprotocol-<protocol>`);
    return undefined;
  }
  const codec = protocols.codecOf(protocol.name);
  const missing = `there is no codec for ${protocol.name}; there are: ${protocols.known}`;
  if (codec === undefined && protocol.legacy)
    problems.warning(entry, path, `port ${portName} is not served: ${missing}`);
  else if (codec === undefined) problems.error(entry, path, missing);
  return codec;
}

/** Adds what a host's DestinationRule says. */
export function withDestinationRule(
  draft: Draft,
  rule: Resource<DestinationRuleSpec> | undefined,
  rules: Rules,
  protocols: Protocols,
  problems: Problems,
): Draft {
  if (rule === undefined) return draft;
  const { trafficPolicy, subsets = [] } = rule.spec;
  // What other rules made of the policy holds where this one says nothing.
  const policy = (levels: Parameters<typeof policyOf>[0]) => ({
    ...draft.policy,
    ...policyOf(levels, draft.port, draft.policy.balance),
  });
  return {
    ...draft,
    codec: withMode(draft.codec, draft.port, rule, protocols.canMultiplex(draft.codec), problems),
    policy: policy([trafficPolicy]),
    ...backendTls(draft, rule, rules, problems),
    subsets: subsets.map((subset) => ({
      name: subset.name,
      labels: subset.labels ?? {},
      policy: policy([trafficPolicy, subset.trafficPolicy]),
    })),
  };
}
