import { isIP } from "node:net";
import type { Resource, ServiceEntrySpec } from "../source/index.js";
import { INBOUND } from "./annotations.js";
import { policyOf } from "./policy.js";
import type { Problems } from "./problems.js";
import type { Endpoint, Service, UndecidedService } from "./types.js";

/** Of a service whose application has a proxy beside it. */
export interface Inbound {
  /** Where that proxy takes what clients' proxies, or clients, send to the service's endpoints. */
  readonly bind: Service["bind"];
  /** Where it hands it on. */
  readonly application: Endpoint;
}

/** What the annotation `meltemi.dev/inbound` says: the application, as a port of 127.0.0.1 or as `ip:port`. */
export function inboundOf(
  entry: Resource<ServiceEntrySpec>,
  endpoints: readonly Endpoint[],
  problems: Problems,
): Inbound | undefined {
  const annotation = entry.annotations[INBOUND];
  if (annotation === undefined) return undefined;
  const wrong = (expected: string): undefined => {
    problems.error(entry, ["metadata", "annotations", INBOUND], `expected ${expected}`);
    return undefined;
  };
  const [, ip, bare = "127.0.0.1", number] = /^(?:\[([^\]]+)\]:|([^:]+):)?(\d{1,5})$/.exec(annotation) ?? [];
  const address = ip ?? bare;
  const port = Number(number);
  if (isIP(address) === 0 || !(port >= 1 && port <= 65535)) {
    return wrong(`the application's port or ip:port, found ${JSON.stringify(annotation)}`);
  }
  if (entry.spec.ports.length > 1 || entry.spec.hosts.length > 1) {
    return wrong("a service with one host and one port, as it names one application");
  }
  const [first] = endpoints;
  if (first === undefined) return wrong("endpoints: there the proxy beside the application takes requests");
  if (endpoints.some((endpoint) => endpoint.port !== first.port)) {
    return wrong("endpoints with one port, on which the proxy beside the application takes requests");
  }
  if (address === first.address && port === first.port) {
    return wrong("an application that is not where its proxy takes requests");
  }
  return {
    bind: { address: anyAddress(endpoints), port: first.port },
    application: { address, port, labels: commonVersion(endpoints) },
  };
}

/** Of which version the application is, where there is but one. */
function commonVersion([first, ...others]: readonly Endpoint[]): Endpoint["labels"] {
  const version = first?.labels["version"];
  if (version === undefined || others.some(({ labels }) => labels["version"] !== version)) return {};
  return { version };
}

/** Endpoints may be known elsewhere by an address that the machine itself does not have; loopback stays loopback. */
function anyAddress(endpoints: readonly Endpoint[]): string {
  const [first] = endpoints;
  const isLocal = ({ address }: Endpoint): boolean => address.startsWith("127.") || address === "::1";
  if (first !== undefined && endpoints.every((each) => isLocal(each) && each.address === first.address)) {
    return first.address;
  }
  return endpoints.some(({ address }) => isIP(address) === 6) ? "::" : "0.0.0.0";
}

/** What clients' proxies know of a service. What protects the application is its own proxy's to enforce. */
export function clientSide(service: UndecidedService, inbound: Inbound | undefined): UndecidedService {
  if (inbound === undefined) return service;
  const { access: _, issuers: __, limits: ___, tls: ____, ...rest } = service;
  return rest;
}

/** What the proxy beside the application knows of it: all its requests go there, in plain text. */
export function serverSide(service: UndecidedService, { bind, application }: Inbound): UndecidedService {
  const { routes: _, backendTls: __, splits: ___, ...rest } = service;
  return {
    ...rest,
    side: "inbound",
    bind,
    endpoints: [application],
    subsets: [],
    policy: policyOf([], service.port),
  };
}
