import type { Address } from "../../../xds/gen/envoy/config/core/v3/address_pb.js";
import { HealthStatus } from "../../../xds/gen/envoy/config/core/v3/health_check_pb.js";
import type { LbEndpoint } from "../../../xds/gen/envoy/config/endpoint/v3/endpoint_components_pb.js";
import { ConfigError, hostPort, tcpAddress } from "../../config/index.js";
import type { Endpoint, EndpointAddress, EndpointLocality, EndpointStats, FilterMetadata } from "../types.js";

/** What an assignment says of one endpoint. */
export interface EndpointDescription {
  readonly name: string;
  readonly address: EndpointAddress;
  readonly hostname: string;
  readonly weight: number;
  /** Endpoints of 0, the default, come first; others as far as these are not healthy. */
  readonly priority?: number;
  readonly metadata: FilterMetadata;
  readonly locality: EndpointLocality;
  readonly healthy: boolean;
}

/** An endpoint of which no more is known than where it is. */
export function bareEndpoint(address: EndpointAddress): EndpointDescription {
  return { name: endpointName(address), address, hostname: "", weight: 1, metadata: {}, locality: {}, healthy: true };
}

/** An endpoint that updates change in place, so that its pools and counters stay. */
export class LiveEndpoint implements Endpoint {
  readonly name: string;
  readonly address: EndpointAddress;
  hostname: string;
  weight: number;
  priority: number;
  metadata: FilterMetadata;
  locality: EndpointLocality;
  /** Out for a while: it failed too often. */
  ejected = false;
  /** False where it is checked and has not answered as it should. */
  passing = true;
  private admitted: boolean;
  readonly stats: EndpointStats = {
    cxActive: 0,
    cxTotal: 0,
    cxConnectFail: 0,
    rqActive: 0,
    rqTotal: 0,
    rqSuccess: 0,
    rqError: 0,
    rqTimeout: 0,
  };

  constructor(description: EndpointDescription) {
    this.name = description.name;
    this.address = description.address;
    this.hostname = description.hostname;
    this.weight = description.weight;
    this.priority = description.priority ?? 0;
    this.metadata = description.metadata;
    this.locality = description.locality;
    this.admitted = description.healthy;
  }

  get healthy(): boolean {
    return this.admitted && !this.ejected && this.passing;
  }

  update(description: EndpointDescription): void {
    this.hostname = description.hostname;
    this.weight = description.weight;
    this.priority = description.priority ?? 0;
    this.metadata = description.metadata;
    this.locality = description.locality;
    this.admitted = description.healthy;
  }
}

const UNHEALTHY = new Set([HealthStatus.UNHEALTHY, HealthStatus.DRAINING, HealthStatus.TIMEOUT]);

/** Reads one endpoint of an assignment; what it shares with its locality's is given. */
export function describeEndpoint(
  lbEndpoint: LbEndpoint,
  { priority, locality }: Pick<EndpointDescription, "priority" | "locality">,
  path: string,
): EndpointDescription {
  if (lbEndpoint.hostIdentifier.case !== "endpoint") throw new ConfigError(path, "expected endpoint");
  const endpoint = lbEndpoint.hostIdentifier.value;
  const address = endpointAddress(endpoint.address, `${path}.endpoint.address`);
  return {
    name: endpointName(address),
    address,
    hostname: endpoint.hostname,
    weight: lbEndpoint.loadBalancingWeight ?? 1,
    ...(priority !== undefined && { priority }),
    metadata: lbEndpoint.metadata?.filterMetadata ?? {},
    locality,
    healthy: !UNHEALTHY.has(lbEndpoint.healthStatus),
  };
}

/** The address as Envoy prints it. */
export function endpointName(address: EndpointAddress): string {
  return address.kind === "tcp"
    ? hostPort(address.host, address.port)
    : `envoy://${address.listener}/${address.endpointId}`;
}

function endpointAddress(address: Address | undefined, path: string): EndpointAddress {
  if (address?.address.case === "envoyInternalAddress") {
    const { addressNameSpecifier, endpointId } = address.address.value;
    return { kind: "internal", listener: addressNameSpecifier.value ?? "", endpointId };
  }
  return { kind: "tcp", ...tcpAddress(address, path) };
}
