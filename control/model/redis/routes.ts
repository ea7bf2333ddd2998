import type { RedisRouteSpec, RedisServiceSpec, Resource } from "../../source/index.js";
import type { Destinations } from "../destinations.js";
import type { Problems } from "../problems.js";
import type { AttributeMatch, Route, UndecidedService } from "../types.js";
import { faultsOf } from "./faults.js";

type Rule = Resource<RedisServiceSpec>;

/** The codec whose attributes the routes are about. */
export const CODEC = "redis";

const READS: AttributeMatch = { name: "access", invert: false, test: { kind: "exact", value: "read" } };

/** The routes that RedisServices are. */
export class RedisRoutes {
  constructor(
    private readonly rules: ReadonlyMap<string, Rule>,
    private readonly destinations: Destinations,
    private readonly problems: Problems,
  ) {}

  /** The routes of a service; nothing where no rule says where its commands go or what becomes of them. */
  of(service: UndecidedService): Route[] | undefined {
    const rule = this.rules.get(service.host);
    if (rule === undefined || service.codec.name !== CODEC) return undefined;
    const { redis = [], settings } = rule.spec;
    const fault = faultsOf(rule, this.problems);
    const common = {
      ...(settings?.opTimeout !== undefined && { timeout: settings.opTimeout }),
      ...(fault && { fault }),
    };
    if (redis.length === 0) {
      if (Object.keys(common).length === 0) return undefined;
      return [{ ...plainest(service, `${rule.namespace}/${rule.name}`), ...common }];
    }
    this.checkPrefixes(rule);
    return inOrder(redis).flatMap(([spec, index]) =>
      this.routes(service, rule, spec, index).map((route) => ({ ...route, ...common })),
    );
  }

  /** One route, or two where reads have copies of their own. */
  private routes(service: UndecidedService, rule: Rule, spec: RedisRouteSpec, index: number): Route[] {
    const path = ["spec", "redis", index];
    const ignoreCase = rule.spec.settings?.caseInsensitive ?? false;
    const { prefix = "", removePrefix = false } = spec.match?.key ?? {};
    const mirrors = (spec.mirror ?? []).map(({ route, percentage, excludeReadCommands = false }, at) => ({
      target: {
        ...this.destinations.find(service, rule, route, [...path, "mirror", at, "route"]),
        percentage: percentage?.value ?? 100,
      },
      excludeReadCommands,
    }));
    const whole: Route = {
      name: `${rule.namespace}/${rule.name}/${index}`,
      match: spec.match?.key === undefined ? [] : [keyMatch(prefix, ignoreCase)],
      destinations: [{ ...this.destinations.find(service, rule, spec.route, [...path, "route"]), weight: 100 }],
      mirrors: mirrors.map(({ target }) => target),
      requestMutation: [],
      responseMutation: [],
      ...(removePrefix && prefix !== "" && { cuts: [{ name: "key", prefix, ignoreCase }] }),
    };
    const ofReads = mirrors.filter(({ excludeReadCommands }) => !excludeReadCommands);
    if (ofReads.length === mirrors.length) return [whole];
    const reads = {
      ...whole,
      name: `${whole.name}/reads`,
      match: [READS, ...whole.match],
      mirrors: ofReads.map(({ target }) => target),
    };
    return [reads, whole];
  }

  /** Which of two routes with one prefix is meant, nobody can tell; of those without, Aeraki takes the last. */
  private checkPrefixes(rule: Rule): void {
    const { redis = [], settings } = rule.spec;
    const seen = new Map<string, number>();
    redis.forEach(({ match }, index) => {
      const path = ["spec", "redis", index];
      const prefix = match?.key === undefined ? undefined : (match.key.prefix ?? "");
      const form = prefix === undefined ? "" : `key ${settings?.caseInsensitive ? prefix.toLowerCase() : prefix}`;
      const before = seen.get(form);
      if (before !== undefined && prefix === undefined) {
        const { file, line } = rule.at(path);
        const message = `has no effect: the route in ${file}:${line} has no match either, and comes later`;
        this.problems.warning(rule, ["spec", "redis", before], message);
      } else if (before !== undefined) {
        const message = `spec.redis[${before}] has the prefix ${JSON.stringify(prefix)} already`;
        this.problems.error(rule, [...path, "match", "key"], message);
      }
      seen.set(form, index);
    });
  }
}

/** The longest prefix first, and then what has none, the last of it. */
function inOrder(routes: readonly RedisRouteSpec[]): [spec: RedisRouteSpec, index: number][] {
  const rank = ({ match }: RedisRouteSpec) => (match?.key === undefined ? -1 : (match.key.prefix ?? "").length);
  const withKeys = routes.flatMap((spec, index): [RedisRouteSpec, number][] =>
    spec.match?.key ? [[spec, index]] : [],
  );
  const rest = routes.flatMap((spec, index): [RedisRouteSpec, number][] => (spec.match?.key ? [] : [[spec, index]]));
  return [...withKeys.sort(([a], [b]) => rank(b) - rank(a)), ...rest.slice(-1)];
}

/** Every key begins with nothing, and Envoy refuses to be asked. */
function keyMatch(prefix: string, ignoreCase: boolean): AttributeMatch {
  if (prefix === "") return { name: "key", invert: false, test: { kind: "present", value: true } };
  return { name: "key", invert: false, test: { kind: "prefix", value: prefix, ...(ignoreCase && { ignoreCase }) } };
}

function plainest({ host, port }: UndecidedService, name: string): Route {
  const destinations = [{ host, port, subset: "", weight: 100 }];
  return { name, match: [], destinations, mirrors: [], requestMutation: [], responseMutation: [] };
}
