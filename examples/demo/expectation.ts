import type { AttributeMatch, Destination, Model, Route, Service } from "../../control/index.js";
import type { Call } from "./calls.js";
import { backendName } from "./names.js";

/** What a service without rules does, put as a rule. */
function everything(service: Service): Route {
  const all = { host: service.host, port: service.port, subset: "", weight: 100 };
  const none = { match: [], mirrors: [], requestMutation: [], responseMutation: [] };
  return { name: "(no rule)", destinations: [all], ...none };
}

/** The rule that a call falls under: the first that matches, read straight from the YAML's meaning. */
export function ruleOf({ services }: Model, call: Call): Route | undefined {
  const service = services.find(({ host }) => host === call.host);
  if (service === undefined) return undefined;
  const attributes = new Map<string, string>();
  for (const [name, value] of call.attributes) {
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, value);
  }
  const rules = service.routes ?? [everything(service)];
  return rules.find(({ match }) => match.every((condition) => holds(condition, attributes)));
}

function holds({ name, invert, test }: AttributeMatch, attributes: ReadonlyMap<string, string>): boolean {
  const value = attributes.get(name.toLowerCase());
  return passes(test, value) !== invert;
}

function passes(test: AttributeMatch["test"], value: string | undefined): boolean {
  if (test.kind === "present") return (value !== undefined) === test.value;
  if (value === undefined) return false;
  switch (test.kind) {
    case "exact":
      return value === test.value;
    case "prefix":
      return value.startsWith(test.value);
    case "regex":
      return new RegExp(`^(?:${test.value})$`).test(value);
    case "range":
      return /^-?\d+$/.test(value) && Number(value) >= test.start && Number(value) < test.end;
  }
}

/** The names of the backends that a destination stands for. */
export function backendsOf({ services }: Model, { host, port, subset }: Destination): Set<string> {
  const service = services.find((candidate) => candidate.host === host && candidate.port === port);
  const labels = Object.entries(service?.subsets.find(({ name }) => name === subset)?.labels ?? {});
  const chosen = (service?.endpoints ?? []).filter((endpoint) =>
    labels.every(([key, value]) => endpoint.labels[key] === value),
  );
  return new Set(chosen.map((endpoint) => backendName(host, endpoint)));
}
