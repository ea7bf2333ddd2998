import type { DestinationSpec, MetaRouterSpec, Resource, RouteSpec, Rules } from "../source/index.js";
import { didYouMean } from "../source/index.js";
import { faultOf } from "./fault.js";
import type { Hosts } from "./hosts.js";
import { matchOf } from "./match.js";
import type { Problems } from "./problems.js";
import { FILTER_OF_FIELD, type FilterField } from "./route-filters.js";
import type { Attribute, Destination, Route, UndecidedService } from "./types.js";

type Router = Resource<MetaRouterSpec>;

/** The rules for the services, each name in them checked against what there is. */
export class Routes {
  constructor(
    private readonly services: readonly UndecidedService[],
    private readonly hosts: Hosts,
    private readonly problems: Problems,
  ) {}

  /** The routes of a service; nothing where no rule speaks of it. */
  of(service: UndecidedService, routers: Rules["metaRouters"]): Route[] | undefined {
    const own = routers.filter(
      ({ spec, namespace }) =>
        spec.routes !== undefined && spec.hosts.some((host) => this.hosts.find(host, namespace) === service.host),
    );
    const [first, second] = own;
    if (first === undefined) return undefined;
    if (second !== undefined) {
      const { file, line } = first.at(["metadata", "name"]);
      const message = `${service.host} has rules in ${first.name} (${file}:${line}) too; those come first`;
      this.problems.warning(second, ["spec", "hosts"], message);
    }
    return own.flatMap((router) =>
      (router.spec.routes ?? []).map((route, index) => this.route(service, router, route, index)),
    );
  }

  private route(service: UndecidedService, router: Router, spec: RouteSpec, index: number): Route {
    const path = ["spec", "routes", index];
    const only = spec.route.length === 1;
    const destinations = spec.route.map(({ destination, weight }, at) => ({
      ...this.destination(service, router, destination, [...path, "route", at, "destination"]),
      // A destination alone takes everything, whatever its weight says.
      weight: only ? 100 : (weight ?? 0),
    }));
    if (destinations.every(({ weight }) => weight === 0)) {
      this.problems.error(router, [...path, "route"], "expected weights that add up to more than 0");
    }
    if (service.codec.lane === "session") this.sayIdle(router, spec, path);
    const mirror = spec.mirror && this.destination(service, router, spec.mirror, [...path, "mirror"]);
    return {
      name: spec.name ?? `${router.namespace}/${router.name}/${index}`,
      match: matchOf(router, spec, path, this.problems),
      destinations,
      ...(mirror === undefined ? {} : { mirror: { ...mirror, percentage: spec.mirrorPercentage?.value ?? 100 } }),
      requestMutation: (spec.requestMutation ?? []).map(toAttribute),
      responseMutation: (spec.responseMutation ?? []).map(toAttribute),
      ...(spec.fault && { fault: faultOf(spec.fault) }),
    };
  }

  /** Of a service whose connections are sessions the proxy sees no requests: what is for each of them has no effect. */
  private sayIdle(router: Router, spec: RouteSpec, path: readonly PropertyKey[]): void {
    for (const field of [...Object.keys(FILTER_OF_FIELD), "mirror"] as (FilterField | "mirror")[]) {
      if (spec[field] === undefined) continue;
      this.problems.warning(router, [...path, field], "has no effect: the service's connections are routed whole");
    }
  }

  private destination(
    service: UndecidedService,
    router: Router,
    spec: DestinationSpec,
    path: readonly PropertyKey[],
  ): Destination {
    const named = { host: spec.host, port: spec.port?.number ?? service.port, subset: spec.subset ?? "" };
    const host = this.hosts.find(spec.host, router.namespace);
    if (host === undefined) {
      this.problems.error(router, [...path, "host"], this.hosts.unknown(spec.host));
      return named;
    }
    const target = this.target(service, router, host, spec.port?.number, path);
    if (target === undefined) return { ...named, host };
    const subsets = target.subsets.map(({ name }) => name);
    if (spec.subset !== undefined && !subsets.includes(spec.subset)) {
      const there =
        subsets.length === 0 ? "it has none" : `there are ${subsets.join(", ")}${didYouMean(spec.subset, subsets)}`;
      this.problems.error(
        router,
        [...path, "subset"],
        `no DestinationRule gives ${host} a subset ${spec.subset}; ${there}`,
      );
    }
    if (target.codec.name !== service.codec.name) {
      const message = `${host}:${target.port} speaks ${target.codec.name}, ${service.host}:${service.port} ${service.codec.name}`;
      this.problems.error(router, [...path, "host"], message);
    }
    return { host, port: target.port, subset: spec.subset ?? "" };
  }

  /** The port that is asked for, else the one with the same number, else the only one. */
  private target(
    service: UndecidedService,
    router: Router,
    host: string,
    port: number | undefined,
    path: readonly PropertyKey[],
  ): UndecidedService | undefined {
    const ports = this.services.filter((candidate) => candidate.host === host);
    const same = ports.find((candidate) => candidate.port === (port ?? service.port));
    if (same !== undefined) return same;
    if (port === undefined && ports.length === 1) return ports[0];
    const numbers = ports.map((candidate) => candidate.port).join(", ");
    this.problems.error(
      router,
      [...path, "port"],
      `expected one of the ports of ${host}: ${numbers}${port === undefined ? "" : `, found ${port}`}`,
    );
    return undefined;
  }
}

function toAttribute({ key, value }: { key: string; value: string }): Attribute {
  return { name: key, value };
}
