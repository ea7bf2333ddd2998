import type { Rules } from "../../source/index.js";
import type { Destinations } from "../destinations.js";
import type { Hosts } from "../hosts.js";
import type { Problems } from "../problems.js";
import type { Draft } from "../services.js";
import type { Route, UndecidedService } from "../types.js";
import { byHost } from "./by-host.js";
import { checkModules } from "./modules.js";
import { RedisRoutes } from "./routes.js";
import { RedisServices } from "./services.js";

/** What RedisServices and RedisDestinations mean for a service. */
export interface RedisRules {
  apply(draft: Draft): Draft;
  /**
   * The routes of a service; nothing where no rule says where its commands go or what becomes of them.
   * @param before routes that other rules put first
   */
  routes(
    service: UndecidedService,
    destinations: Destinations,
    before: readonly Route[] | undefined,
  ): Route[] | undefined;
}

/** @param filters the HTTP filters that there are */
export function redisRules(
  rules: Rules,
  hosts: Hosts,
  filters: ReadonlyMap<string, unknown>,
  problems: Problems,
): RedisRules {
  const everyHost = ({ host }: { host: readonly string[] }) =>
    host.map((name, index) => ({ host: name, path: ["spec", "host", index] }));
  const oneHost = ({ host }: { host: string }) => [{ host, path: ["spec", "host"] }];
  const services = byHost(rules.redisServices, everyHost, hosts, problems);
  const servers = byHost(rules.redisDestinations, oneHost, hosts, problems);
  for (const rule of rules.redisServices) checkModules(rule, filters, problems);
  const settings = new RedisServices(services, servers, rules.secrets, hosts, problems);
  return {
    apply: (draft) => settings.apply(draft),
    routes: (service, destinations, before) => {
      const rule = services.get(service.host);
      const own = new RedisRoutes(services, destinations, problems).of(service);
      if (rule !== undefined && own !== undefined && before !== undefined)
        problems.warning(rule, ["spec", "host"], `${service.host} has rules in a MetaRouter too; those come first`);
      return own;
    },
  };
}
