import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { Cluster_DnsLookupFamily } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { type EndpointDescription, endpointName } from "./endpoints/index.js";

/** STRICT_DNS: every address of every name is an endpoint, resolved again and again. */
export class DnsResolution {
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  /** The last good addresses by host name: a name that does not resolve now keeps them. */
  private readonly known = new Map<string, string[]>();

  constructor(
    private readonly targets: readonly EndpointDescription[],
    private readonly family: Cluster_DnsLookupFamily,
    private readonly refreshMs: number,
    private readonly onEndpoints: (endpoints: EndpointDescription[]) => void,
    private readonly onFailure: (host: string, error: unknown) => void,
  ) {}

  /** Resolves once and goes on refreshing. */
  async start(): Promise<void> {
    const resolved = await Promise.all(this.targets.map((target) => this.resolve(target)));
    if (this.closed) return;
    this.onEndpoints([...new Map(resolved.flat().map((endpoint) => [endpoint.name, endpoint])).values()]);
    this.timer = setTimeout(() => void this.start(), this.refreshMs);
    this.timer.unref();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async resolve(target: EndpointDescription): Promise<EndpointDescription[]> {
    if (target.address.kind !== "tcp" || isIP(target.address.host) !== 0) return [target];
    const { host, port } = target.address;
    try {
      this.known.set(host, await this.addresses(host));
    } catch (error) {
      this.onFailure(host, error);
    }
    return (this.known.get(host) ?? []).map((ip) => {
      const address = { kind: "tcp", host: ip, port } as const;
      return { ...target, address, name: endpointName(address), hostname: target.hostname || host };
    });
  }

  private async addresses(host: string): Promise<string[]> {
    const all = await lookup(host, { all: true });
    const [four, six] = [4, 6].map((wanted) =>
      all.filter(({ family }) => family === wanted).map(({ address }) => address),
    );
    switch (this.family) {
      case Cluster_DnsLookupFamily.V4_ONLY:
        return four ?? [];
      case Cluster_DnsLookupFamily.V6_ONLY:
        return six ?? [];
      case Cluster_DnsLookupFamily.ALL:
        return all.map(({ address }) => address);
      case Cluster_DnsLookupFamily.V4_PREFERRED:
        return (four?.length ? four : six) ?? [];
      default:
        return (six?.length ? six : four) ?? [];
    }
  }
}
