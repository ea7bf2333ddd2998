import type {
  AccessRuleSpec,
  AuthorizationPolicySpec,
  DubboAuthorizationPolicySpec,
  Resource,
  RouteAccessSpec,
  Rules,
} from "../source/index.js";
import { DRY_RUN, isTrue, SHADOW } from "./annotations.js";
import type { Problems } from "./problems.js";
import { checkTargets, isFor, type Target } from "./targets.js";
import type { AccessPolicy, AccessRule } from "./types.js";

const MODULE = "access-control";
const DUBBO = "dubbo";

/** The policies that are for a service: Istio's of its namespace and of the whole mesh, and Aeraki's for Dubbo. */
export function accessOf(service: Target, rules: Rules): AccessPolicy[] {
  const general = rules.authorizationPolicies.filter((policy) => isFor(policy, policy.spec.targetRefs, service));
  // Aeraki's have no targets, and none is for the whole mesh.
  const dubbo = rules.dubboAuthorizationPolicies.filter(
    ({ namespace }) => service.codec.name === DUBBO && service.entry.namespace === namespace,
  );
  return [...general.map(ofAuthorizationPolicy), ...dubbo.map(ofDubboPolicy)];
}

/** Says which policies are for nobody, or need a module that is not there. */
export function checkAccess(
  rules: Rules,
  services: readonly Target[],
  filters: ReadonlyMap<string, unknown>,
  problems: Problems,
): void {
  for (const policy of rules.authorizationPolicies) checkTargets(policy, policy.spec.targetRefs, services, problems);
  const all = [...rules.authorizationPolicies, ...rules.dubboAuthorizationPolicies];
  for (const policy of all) {
    if (!filters.has(MODULE))
      problems.error(policy, ["spec"], `needs the module http/${MODULE}.wasm, which is not there`);
  }
}

/** A route's own policy. */
export function routeAccessOf({ name, action, shadow, rules }: RouteAccessSpec, fallback: string): AccessPolicy {
  return { name: name ?? fallback, denies: action === "DENY", shadow: shadow ?? false, rules: (rules ?? []).map(rule) };
}

function ofAuthorizationPolicy(policy: Resource<AuthorizationPolicySpec>): AccessPolicy {
  const { action, rules } = policy.spec;
  return routeAccessOf({ action, rules, shadow: isTrue(policy, DRY_RUN) }, nameOf(policy));
}

function ofDubboPolicy(policy: Resource<DubboAuthorizationPolicySpec>): AccessPolicy {
  return {
    name: nameOf(policy),
    denies: policy.spec.action === "DENY",
    shadow: isTrue(policy, SHADOW),
    rules: (policy.spec.rules ?? []).map(({ from = [], to = [] }) => ({
      from: from.map(({ source }) => source ?? {}),
      to: to.map(({ operation = {} }) => ({
        services: operation.interfaces,
        notServices: operation.notInterfaces,
        operations: operation.methods,
        notOperations: operation.notMethods,
      })),
      when: [],
    })),
  };
}

function rule({ from = [], to = [], when = [] }: AccessRuleSpec): AccessRule {
  return {
    from: from.map(({ source: { principals, notPrincipals, namespaces, notNamespaces } }) => ({
      principals,
      notPrincipals,
      namespaces,
      notNamespaces,
    })),
    to: to.map(({ operation: { ports: _, notPorts: __, ...operation } }) => operation),
    when: when.map(({ key, values, notValues }) => ({
      attribute: key.slice("request.headers[".length, -1),
      values,
      notValues,
    })),
  };
}

function nameOf({ namespace, name }: Resource<unknown>): string {
  return `${namespace}/${name}`;
}
