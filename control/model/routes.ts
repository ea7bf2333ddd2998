import type { DestinationSpec, MetaRouterSpec, Resource, RouteSpec, Rules } from "../source/index.js";
import { routeAccessOf } from "./access.js";
import type { Destinations } from "./destinations.js";
import { faultOf } from "./fault.js";
import type { Hosts } from "./hosts.js";
import { routeJwtOf } from "./jwt.js";
import { matchOf } from "./match.js";
import { mutationsOf } from "./mutations.js";
import type { Problems } from "./problems.js";
import { retriesOf } from "./retries.js";
import { FILTER_OF_FIELD, type FilterField, SERVES_SESSIONS } from "./route-filters.js";
import type { Destination, Route, UndecidedService } from "./types.js";

type Router = Resource<MetaRouterSpec>;

/** The rules for the services, each name in them checked against what there is. */
export class Routes {
  constructor(
    private readonly destinations: Destinations,
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
    const name = spec.name ?? `${router.namespace}/${router.name}/${index}`;
    return {
      name,
      match: matchOf(router, spec.match, [...path, "match"], this.problems),
      destinations,
      mirrors: mirror === undefined ? [] : [{ ...mirror, percentage: spec.mirrorPercentage?.value ?? 100 }],
      requestMutation: mutationsOf(router, spec.requestMutation, [...path, "requestMutation"], this.problems),
      responseMutation: mutationsOf(router, spec.responseMutation, [...path, "responseMutation"], this.problems),
      ...(spec.fault && { fault: faultOf(spec.fault) }),
      ...(spec.jwt && { jwt: routeJwtOf(spec.jwt) }),
      ...(spec.accessControl && { access: spec.accessControl.map((one, at) => routeAccessOf(one, `${name}/${at}`)) }),
      ...(spec.timeout !== undefined && spec.timeout > 0 && { timeout: spec.timeout }),
      ...(spec.retries && { retries: retriesOf(router, spec.retries, [...path, "retries"], this.problems) }),
    };
  }

  /** Of a service whose connections are sessions the proxy sees no requests: what is for each of them has no effect. */
  private sayIdle(router: Router, spec: RouteSpec, path: readonly PropertyKey[]): void {
    const idle = ["mirror", "timeout", "retries"] as const;
    for (const field of [...(Object.keys(FILTER_OF_FIELD) as FilterField[]), ...idle]) {
      if (spec[field] === undefined || SERVES_SESSIONS.has(field as FilterField)) continue;
      this.problems.warning(router, [...path, field], "has no effect: the service's connections are routed whole");
    }
  }

  private destination(
    service: UndecidedService,
    router: Router,
    spec: DestinationSpec,
    path: readonly PropertyKey[],
  ): Destination {
    const { host, subset, port } = spec;
    return this.destinations.find(service, router, { host, subset, port: port?.number }, path);
  }
}
