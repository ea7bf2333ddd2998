import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { fromJson } from "@bufbuild/protobuf";
import {
  type LoadBalancingPolicy,
  LoadBalancingPolicySchema,
} from "../../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { typeRegistry } from "../../../xds/index.js";
import { ConfigError } from "../../config/index.js";
import type { OverrideSource } from "./override-host.js";

/** Full name of the policy's message. Its proto is younger than the types that npm carries, so it is read as a TypedStruct. */
export const OVERRIDE_HOST = "envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost";

/** Reads an OverrideHost policy from its JSON. */
export function readOverrideHost(
  json: JsonObject,
  path: string,
): { sources: OverrideSource[]; fallback: LoadBalancingPolicy } {
  const known = onlyKeys(
    json,
    [
      ["override_host_sources", "overrideHostSources"],
      ["fallback_policy", "fallbackPolicy"],
    ],
    path,
  );
  const [sources, fallback] = known;
  if (!Array.isArray(sources) || sources.length === 0) {
    throw new ConfigError(`${path}.override_host_sources`, "expected a list of sources");
  }
  if (!isObject(fallback)) throw new ConfigError(`${path}.fallback_policy`, "expected a load balancing policy");
  try {
    return {
      sources: sources.map((source, index) => readSource(source, `${path}.override_host_sources[${index}]`)),
      fallback: fromJson(LoadBalancingPolicySchema, fallback, { registry: typeRegistry }),
    };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${path}.fallback_policy`, error instanceof Error ? error.message : String(error));
  }
}

function readSource(source: JsonValue, path: string): OverrideSource {
  if (!isObject(source)) throw new ConfigError(path, "expected header or metadata");
  const [header, metadata] = onlyKeys(source, [["header"], ["metadata"]], path);
  if (typeof header === "string") return { kind: "header", name: header.toLowerCase() };
  if (!isObject(metadata)) throw new ConfigError(path, "expected header or metadata");
  const [key, segments] = onlyKeys(metadata, [["key"], ["path"]], `${path}.metadata`);
  if (typeof key !== "string") throw new ConfigError(`${path}.metadata.key`, "expected a string");
  if (!Array.isArray(segments)) throw new ConfigError(`${path}.metadata.path`, "expected a list of keys");
  return {
    kind: "metadata",
    key,
    path: segments.map((segment, index) => {
      const name = isObject(segment) ? segment["key"] : undefined;
      if (typeof name !== "string") throw new ConfigError(`${path}.metadata.path[${index}].key`, "expected a string");
      return name;
    }),
  };
}

/** The values of the given keys (each with its spellings); any other key is refused. */
function onlyKeys(json: JsonObject, keys: readonly (readonly string[])[], path: string): (JsonValue | undefined)[] {
  const stranger = Object.keys(json).find((key) => !keys.some((spellings) => spellings.includes(key)));
  if (stranger !== undefined) throw new ConfigError(`${path}.${stranger}`, "not implemented by this host");
  return keys.map((spellings) => spellings.map((key) => json[key]).find((value) => value !== undefined));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
