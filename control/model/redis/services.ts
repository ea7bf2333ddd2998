import type { RedisDestinationSpec, RedisServiceSpec, Resource, Rules } from "../../source/index.js";
import { TUNING } from "../annotations.js";
import type { Hosts } from "../hosts.js";
import { policyOf } from "../policy.js";
import type { Problems } from "../problems.js";
import type { Draft } from "../services.js";
import type { Balance } from "../types.js";
import { credentialsOf } from "./auth.js";
import { CODEC } from "./routes.js";

/** A key's hash tag, or the key (filters/codecs/redis). */
const BY_KEY: Balance = { kind: "hash", by: { attribute: "shard" } };

const CLIENTS_AUTH = ["spec", "settings", "auth"];
const SERVER_AUTH = ["spec", "trafficPolicy", "connectionPool", "redis", "auth"];

type Settings = Readonly<Record<string, unknown>>;

/** What RedisServices and RedisDestinations say of services, beside their routes. */
export class RedisServices {
  /** Services that commands are routed to. */
  private readonly routedTo: ReadonlySet<string>;

  constructor(
    private readonly services: ReadonlyMap<string, Resource<RedisServiceSpec>>,
    private readonly destinations: ReadonlyMap<string, Resource<RedisDestinationSpec>>,
    private readonly secrets: Rules["secrets"],
    private readonly hosts: Hosts,
    private readonly problems: Problems,
  ) {
    const routes = [...services.values()].flatMap(({ spec, namespace }) =>
      (spec.redis ?? []).flatMap(({ route, mirror = [] }) =>
        [route, ...mirror.map((copy) => copy.route)].map(({ host }) => hosts.find(host, namespace)),
      ),
    );
    this.routedTo = new Set(routes.filter((host) => host !== undefined));
  }

  /** A service with the settings of its codec, how its servers are chosen, and whether commands are taken apart. */
  apply(draft: Draft): Draft {
    const service = this.services.get(draft.host);
    const destination = this.destinations.get(draft.host);
    if (draft.codec.name !== CODEC) {
      this.refuse(draft, service, ["spec", "host"]);
      this.refuse(draft, destination, ["spec", "host"]);
      return draft;
    }
    const { clients, server } = { clients: this.clients(service), server: this.server(draft.host) };
    if (service !== undefined) this.sayUnauthenticated(draft, service);
    if (clients !== undefined) this.sayReplaced(draft, service, "clients", CLIENTS_AUTH);
    if (server !== undefined) this.sayReplaced(draft, destination, "server", SERVER_AUTH);
    const codec = { ...draft.tuning.codec, ...(clients && { clients }), ...(server && { server }) };
    const pool = destination?.spec.trafficPolicy?.connectionPool;
    const isRuled = service !== undefined || destination !== undefined || this.routedTo.has(draft.host);
    const isHashed = isRuled && pool?.redis?.mode !== "CLUSTER" && draft.endpoints.length > 1;
    const level = pool?.tcp && { connectionPool: { tcp: pool.tcp } };
    const splits = service?.spec.redis?.some(({ match }) => match?.key !== undefined) ?? false;
    return {
      ...draft,
      tuning: Object.keys(codec).length === 0 ? draft.tuning : { ...draft.tuning, codec },
      policy: { ...draft.policy, ...policyOf([level], draft.port, isHashed ? BY_KEY : draft.policy.balance) },
      ...(splits && { splits }),
    };
  }

  /** Who clients must say they are, in the form of the codec's settings. */
  private clients(rule: Resource<RedisServiceSpec> | undefined): Settings | undefined {
    const auth = rule?.spec.settings?.auth;
    if (rule === undefined || auth === undefined) return undefined;
    const found = credentialsOf(rule, auth, CLIENTS_AUTH, this.secrets, this.problems);
    if (found === undefined) return undefined;
    const { username, password } = found;
    return username === undefined ? { password } : { users: [{ name: username, password }] };
  }

  /** Who the proxy is to the servers of a service, in the form of the codec's settings. */
  private server(host: string): Settings | undefined {
    const rule = this.destinations.get(host);
    const auth = rule?.spec.trafficPolicy?.connectionPool?.redis?.auth;
    if (rule === undefined || auth === undefined) return undefined;
    const found = credentialsOf(rule, auth, SERVER_AUTH, this.secrets, this.problems);
    if (found === undefined) return undefined;
    const { username, password } = found;
    return { ...(username !== undefined && { user: username }), password };
  }

  private refuse(draft: Draft, rule: Resource<unknown> | undefined, path: readonly PropertyKey[]): void {
    if (rule === undefined) return;
    const message = `has no effect: ${draft.host}:${draft.port} speaks ${draft.codec.name}`;
    this.problems.warning(rule, path, message);
  }

  private sayReplaced(
    draft: Draft,
    rule: Resource<unknown> | undefined,
    field: "clients" | "server",
    path: readonly PropertyKey[],
  ): void {
    if (rule === undefined || draft.tuning.codec?.[field] === undefined) return;
    const { file, line } = draft.entry.at(["metadata", "annotations", TUNING.codec]);
    this.problems.warning(rule, path, `takes the place of "${field}" in ${TUNING.codec} (${file}:${line})`);
  }

  /** A connection that is bound to a server goes there from the client's side, which knows one password. */
  private sayUnauthenticated(draft: Draft, rule: Resource<RedisServiceSpec>): void {
    const own = JSON.stringify(this.server(draft.host));
    (rule.spec.redis ?? []).forEach(({ route }, index) => {
      const host = this.hosts.find(route.host, rule.namespace);
      if (host === undefined || host === draft.host || JSON.stringify(this.server(host)) === own) return;
      const message =
        `connections that are bound to a server (MULTI, SUBSCRIBE, BLPOP) tell ${host} what the RedisDestination of ` +
        `${draft.host} says, not its own`;
      this.problems.warning(rule, ["spec", "redis", index, "route", "host"], message);
    });
  }
}
