import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { LiveEndpoint, PrioritySet } from "../endpoints/index.js";
import type { LoadBalancerContext } from "../types.js";
import type { Balancer } from "./types.js";

/** Where the address of the wanted host is read: a header, or dynamic metadata at a path. */
export type OverrideSource =
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "metadata"; readonly key: string; readonly path: readonly string[] };

/** The host that the stream names, whatever its health; where none is named or it is not there, the fallback's choice. */
export class OverrideHost implements Balancer {
  private byName = new Map<string, LiveEndpoint>();

  constructor(
    private readonly sources: readonly OverrideSource[],
    private readonly fallback: Balancer,
  ) {}

  update(hosts: PrioritySet): void {
    this.byName = new Map(hosts.all.map((endpoint) => [endpoint.name, endpoint]));
    this.fallback.update(hosts);
  }

  pick(context: LoadBalancerContext): LiveEndpoint | undefined {
    for (const source of this.sources) {
      const wanted = wantedHost(source, context);
      // A list of addresses, best first, separated by commas.
      for (const name of wanted?.split(",") ?? []) {
        const host = this.byName.get(name.trim());
        if (host !== undefined) return host;
      }
    }
    return this.fallback.pick(context);
  }
}

function wantedHost(source: OverrideSource, context: LoadBalancerContext): string | undefined {
  if (source.kind === "header") return context.header?.(source.name);
  let value: JsonValue | undefined = context.dynamicMetadata?.[source.key];
  for (const key of source.path) value = isObject(value) ? value[key] : undefined;
  return typeof value === "string" ? value : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
