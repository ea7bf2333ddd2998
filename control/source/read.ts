import { check } from "./check.js";
import { parseDocuments } from "./document.js";
import type { KindName } from "./kinds/index.js";
import type { Place, Problem } from "./problem.js";
import type { Rules } from "./rules.js";

/** A file as it was read. */
export interface File {
  readonly path: string;
  readonly text: string;
}

/** Rules, where there is no error among the problems. */
export interface Loaded {
  readonly rules?: Rules;
  readonly problems: readonly Problem[];
}

/** Reads all files as one: either everything is good, or nothing of it counts. Neither names nor other files are looked up here. */
export function readRules(files: readonly File[]): Loaded {
  const problems: Problem[] = [];
  const rules = {
    metaRouters: [],
    applicationProtocols: [],
    serviceEntries: [],
    destinationRules: [],
    redisServices: [],
    redisDestinations: [],
    authorizationPolicies: [],
    dubboAuthorizationPolicies: [],
    requestAuthentications: [],
    telemetries: [],
    istioOperators: [],
    secrets: [],
    addresses: new Map(),
    pemFiles: new Map(),
  };
  const lists: Record<KindName, unknown[]> = {
    MetaRouter: rules.metaRouters,
    ApplicationProtocol: rules.applicationProtocols,
    ServiceEntry: rules.serviceEntries,
    DestinationRule: rules.destinationRules,
    RedisService: rules.redisServices,
    RedisDestination: rules.redisDestinations,
    AuthorizationPolicy: rules.authorizationPolicies,
    DubboAuthorizationPolicy: rules.dubboAuthorizationPolicies,
    RequestAuthentication: rules.requestAuthentications,
    Telemetry: rules.telemetries,
    IstioOperator: rules.istioOperators,
    Secret: rules.secrets,
  };
  const seen = new Map<string, Place>();
  for (const { path, text } of files) {
    const parsed = parseDocuments(path, text);
    problems.push(...parsed.problems);
    for (const document of parsed.documents) {
      const { resource, problems: found } = check(document);
      problems.push(...found);
      if (resource === undefined) continue;
      const key = `${resource.kind} ${resource.namespace}/${resource.name}`;
      const place = resource.at(["metadata", "name"]);
      const first = seen.get(key);
      if (first !== undefined) {
        const message = `${key} is already in ${first.file}:${first.line}`;
        problems.push({ severity: "error", place, field: "metadata.name", message });
      }
      seen.set(key, place);
      lists[resource.kind].push(resource);
    }
  }
  return problems.some(({ severity }) => severity === "error") ? { problems } : { rules, problems };
}
