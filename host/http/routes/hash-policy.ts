import type { RouteAction_HashPolicy as HashPolicyProto } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { xxHash64 } from "../../bytes/index.js";
import { ConfigError } from "../../config/index.js";
import { asciiLower } from "../headers/index.js";
import { compileReplacement } from "./regex-replacement.js";
import type { HashInput } from "./types.js";

type HashPart = (request: HashInput) => bigint | undefined;

/** Compiles hash policies: what each finds is mixed into one hash; a terminal one that found something ends the list. */
export function compileHashPolicies(policies: readonly HashPolicyProto[], path: string): HashPart | undefined {
  if (policies.length === 0) return undefined;
  const parts = policies.map((policy, index) => ({
    terminal: policy.terminal,
    hash: part(policy, `${path}[${index}]`),
  }));
  return (request) => {
    let hash: bigint | undefined;
    for (const each of parts) {
      const found = each.hash(request);
      if (found === undefined) continue;
      // As Envoy mixes: rotate the hash so far by one bit, so that the order of policies matters.
      hash = hash === undefined ? found : BigInt.asUintN(64, hash << 1n) ^ (hash >> 63n) ^ found;
      if (each.terminal) break;
    }
    return hash;
  };
}

function part(policy: HashPolicyProto, path: string): HashPart {
  const specifier = policy.policySpecifier;
  switch (specifier.case) {
    case "header": {
      const name = asciiLower(specifier.value.headerName);
      const replacement = specifier.value.regexRewrite;
      const rewrite = replacement ? compileReplacement(replacement, `${path}.header.regex_rewrite`) : undefined;
      return ({ headers }) => {
        // Sorted, so that the order in which values arrive does not matter.
        const values = headers.all(name).sort();
        if (values.length === 0) return undefined;
        return values.reduce((seed, value) => hashOf(rewrite ? rewrite(value) : value, seed), 0n);
      };
    }
    case "connectionProperties":
      if (!specifier.value.sourceIp) throw new ConfigError(`${path}.connection_properties`, "expected source_ip: true");
      return ({ sourceIp }) => hashOf(sourceIp, 0n);
    case "queryParameter":
      return ({ headers }) => {
        const target = headers.get(":path") ?? "";
        const start = target.indexOf("?");
        const value = start < 0 ? null : new URLSearchParams(target.slice(start + 1)).get(specifier.value.name);
        return value === null ? undefined : hashOf(value, 0n);
      };
    default:
      throw new ConfigError(path, `hash policy '${specifier.case ?? "none"}' is not implemented`);
  }
}

function hashOf(value: string, seed: bigint): bigint {
  return xxHash64(Buffer.from(value, "latin1"), seed);
}
