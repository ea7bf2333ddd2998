import type { DestinationRuleSpec, Problem, Resource, Rules } from "../source/index.js";
import { accessOf, checkAccess } from "./access.js";
import { AccessLogs } from "./access-logs.js";
import { checkAnnotations, checkSwitches } from "./annotations.js";
import { checkBinds } from "./bind.js";
import { Callouts } from "./callouts.js";
import { Destinations } from "./destinations.js";
import { Hosts } from "./hosts.js";
import { clientSide, serverSide } from "./inbound.js";
import { checkJwt, issuersOf } from "./jwt.js";
import { laneOf } from "./lanes.js";
import { RateLimits } from "./limits.js";
import { checkLocalities } from "./localities.js";
import { Problems } from "./problems.js";
import { type CodecModules, Protocols } from "./protocols.js";
import { redisRules } from "./redis/index.js";
import { FILTER_OF_FIELD, type FilterField } from "./route-filters.js";
import { Routes } from "./routes.js";
import { draftServices, withDestinationRule } from "./services.js";
import { checkTelemetries, type TelemetrySide } from "./telemetry.js";
import { Tracers } from "./tracers.js";
import type { Model, Service, UndecidedService } from "./types.js";

/** What a model is built with, beside the rules. */
export interface ModelOptions {
  /** The modules that there are: their names, and of codecs whether they multiplex. */
  readonly modules: { readonly codecs: CodecModules; readonly http: ReadonlyMap<string, unknown> };
  /** Where services listen that have no address of their own. */
  readonly bind?: string;
}

/** Puts the rules together; without a model there is an error among the problems. */
export function buildModel(
  rules: Rules,
  { modules, bind = "127.0.0.1" }: ModelOptions,
): { model?: Model; problems: readonly Problem[] } {
  const problems = new Problems();
  const protocols = new Protocols(rules, modules.codecs, problems);
  const drafts = draftServices(rules, protocols, bind, problems);
  const policies = [
    ...rules.authorizationPolicies,
    ...rules.dubboAuthorizationPolicies,
    ...rules.requestAuthentications,
  ];
  const annotated = [...rules.serviceEntries, ...rules.applicationProtocols, ...rules.telemetries, ...policies];
  checkAnnotations(annotated, problems);
  checkSwitches(policies, problems);
  checkAccess(rules, drafts, modules.http, problems);
  checkJwt(rules, drafts, modules.http, problems);
  checkTelemetries(rules, drafts, problems);
  checkHosts(drafts, problems);
  checkBinds(drafts, problems);
  const hosts = new Hosts(drafts.map(({ host }) => host));
  const destinationRules = destinationRulesByHost(rules, hosts, problems);
  const redis = redisRules(rules, hosts, modules.http, problems);
  const services = drafts.map((draft) =>
    withDestinationRule(redis.apply(draft), destinationRules.get(draft.host), rules, protocols, problems),
  );
  checkRouters(rules, hosts, modules.http, problems);
  const callouts = new Callouts(rules, destinationRules, problems);
  const logs = new AccessLogs(rules, problems);
  const tracers = new Tracers(rules, callouts, problems);
  const limits = new RateLimits(rules, hosts, callouts, modules.http, problems);
  const destinations = new Destinations(services, hosts, problems);
  const routes = new Routes(destinations, hosts, problems);
  const model = {
    services: services.map(({ entry, proxied, ...draft }): Service => {
      const access = accessOf({ ...draft, entry }, rules);
      const issuers = issuersOf({ ...draft, entry }, rules, callouts);
      const limit = limits.of(draft);
      const service = {
        ...draft,
        ...(access.length > 0 && { access }),
        ...(issuers.length > 0 && { issuers }),
        ...(limit && { limits: limit }),
      };
      const metaRoutes = routes.of(service, rules.metaRouters);
      const redisRoutes = redis.routes(service, destinations, metaRoutes);
      const own = metaRoutes === undefined ? redisRoutes : [...metaRoutes, ...(redisRoutes ?? [])];
      const whole = own === undefined ? service : { ...service, routes: own };
      const observed = (side: TelemetrySide) => {
        const found = logs.of({ ...draft, entry }, side);
        return { ...(found.length > 0 ? { logging: found } : {}), ...tracers.of({ ...draft, entry }, side) };
      };
      const client = { ...clientSide(whole, proxied), ...observed("CLIENT") };
      const decided = { ...client, lane: laneOf(client, services, entry, problems) };
      if (proxied === undefined) return decided;
      const server = { ...serverSide(whole, proxied), ...observed("SERVER") };
      return { ...decided, inbound: { ...server, lane: laneOf(server, [server], entry, problems) } };
    }),
    callouts: callouts.all,
    accessLogs: logs.all,
  };
  return problems.failed ? { problems: problems.all } : { model, problems: problems.all };
}

/** One host and port is one service. */
function checkHosts(drafts: ReturnType<typeof draftServices>, problems: Problems): void {
  const seen = new Map<string, UndecidedService>();
  for (const draft of drafts) {
    const key = `${draft.host}:${draft.port}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, draft);
    else
      problems.error(
        draft.entry,
        ["spec", "hosts"],
        `${key} is already a service in ${first.origin.file}:${first.origin.line}`,
      );
  }
}

function destinationRulesByHost(
  rules: Rules,
  hosts: Hosts,
  problems: Problems,
): Map<string, Resource<DestinationRuleSpec>> {
  const byHost = new Map<string, Resource<DestinationRuleSpec>>();
  // Those too that filters ask; that their ports are no services' is told where they stand.
  const others = new Hosts(rules.serviceEntries.flatMap(({ spec }) => spec.hosts.map((host) => host.toLowerCase())));
  for (const rule of rules.destinationRules) {
    const { host: name } = rule.spec;
    const host = hosts.find(name, rule.namespace) ?? others.find(name, rule.namespace);
    if (host === undefined) {
      problems.warning(rule, ["spec", "host"], `has no effect: ${hosts.unknown(rule.spec.host)}`);
      continue;
    }
    if (rule.spec.trafficPolicy?.loadBalancer?.simple === "PASSTHROUGH") {
      const path = ["spec", "trafficPolicy", "loadBalancer", "simple"];
      problems.warning(rule, path, "has no effect: clients do not choose backends here, ROUND_ROBIN is used");
    }
    checkLocalities(rule, problems);
    const first = byHost.get(host);
    if (first !== undefined) {
      const { file, line } = first.at(["metadata", "name"]);
      problems.error(rule, ["spec", "host"], `${host} already has the DestinationRule ${first.name} (${file}:${line})`);
    } else byHost.set(host, rule);
    const names = (rule.spec.subsets ?? []).map(({ name }) => name);
    names.forEach((name, index) => {
      if (names.indexOf(name) < index)
        problems.error(rule, ["spec", "subsets", index, "name"], `a second subset ${name}`);
    });
  }
  return byHost;
}

function checkRouters(rules: Rules, hosts: Hosts, filters: ReadonlyMap<string, unknown>, problems: Problems): void {
  for (const router of rules.metaRouters) {
    (router.spec.routes ?? []).forEach((route, index) => {
      for (const [field, module] of Object.entries(FILTER_OF_FIELD) as [FilterField, string][]) {
        if (route[field] === undefined || filters.has(module)) continue;
        problems.error(
          router,
          ["spec", "routes", index, field],
          `needs the module http/${module}.wasm, which is not there`,
        );
      }
    });
    router.spec.hosts.forEach((host, index) => {
      if (hosts.find(host, router.namespace) === undefined) {
        problems.warning(router, ["spec", "hosts", index], `has no effect: ${hosts.unknown(host)}`);
      }
    });
  }
}
