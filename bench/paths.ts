import type { Path } from "./measurement.js";
import { freePorts } from "./processes.js";
import type { BenchRules } from "./rules.js";
import type { BenchPath, Drive } from "./scenario.js";
import type { Site } from "./site.js";
import { cluster, listener, type NetworkFilter, tcpProxy } from "./static-resources.js";

/** What is compared: one backend behind Meltemi's lane, Envoy's own filters for the protocol, TCP, and the host. */
export interface Comparison {
  readonly service: BenchRules;
  readonly lane: Path;
  /** Whether its requests may go by flows too: measured in an Envoy of its own, since only one lane is its service's. */
  readonly flows?: boolean;
  readonly backend: number;
  readonly drive: Drive;
  /** Envoy's own network filters for the protocol, which route to this cluster. */
  readonly own: (cluster: string) => NetworkFilter[];
  /** More ways through the same Envoy, each with a backend of its own. */
  readonly more?: readonly Other[];
}

export interface Other {
  readonly path: Path;
  readonly backend: number;
  readonly drive: Drive;
  readonly filters: (cluster: string) => NetworkFilter[];
}

/** Starts one Envoy for all paths, and the host; the paths in the order in which they take turns. */
export async function compare(site: Site, comparison: Comparison): Promise<BenchPath[]> {
  const { service, lane, flows = false, backend, drive, own, more = [] } = comparison;
  const [cppPort = 0, tcpPort = 0, ...ports] = await freePorts(2 + more.length);
  const others = more.map((other, i) => ({ ...other, port: ports[i] ?? 0, cluster: `bench_${other.path}` }));
  const clusters = [cluster("bench", backend), ...others.map((other) => cluster(other.cluster, other.backend))];
  const cpp = [listener("bench_cpp", cppPort, ...own("bench"))];
  const hasCpp = site.envoyTakes({ listeners: cpp, clusters });
  if (!hasCpp) console.log(`${service.protocol}, cpp: skipped, there is no Envoy that has such a filter`);
  const envoy = await site.startEnvoy(service, backend, {
    listeners: [
      ...(hasCpp ? cpp : []),
      listener("bench_tcp", tcpPort, tcpProxy("bench")),
      ...others.map((other) => listener(other.cluster, other.port, ...other.filters(other.cluster))),
    ],
    clusters,
  });
  const host: BenchPath = { path: "host", target: await site.startHost(service, backend), drive };
  if (!envoy) return [host];
  const byFlows = flows ? await flowPath(site, comparison) : undefined;
  const at = (port: number) => ({ port, pid: envoy.pid });
  return [
    { path: lane, target: envoy, drive },
    ...(byFlows ? [byFlows] : []),
    ...(hasCpp ? [{ path: "cpp", target: at(cppPort), drive } as const] : []),
    ...others.map((other) => ({ path: other.path, target: at(other.port), drive: other.drive })),
    { path: "tcp", target: at(tcpPort), drive },
    host,
  ];
}

/** An Envoy for each of what a load may do with streams: it is the rules that say it. */
async function flowPath(site: Site, { service, backend, drive }: Comparison): Promise<BenchPath | undefined> {
  const byFlows = { ...service, lane: "flow" } as const;
  const target = await site.startEnvoy(byFlows, backend);
  const split = await site.startEnvoy({ ...byFlows, streams: "split" }, backend);
  const aged = await site.startEnvoy({ ...byFlows, streams: "aged" }, backend);
  if (!target || !split || !aged) return undefined;
  const by = { split, aged };
  return {
    path: "flow",
    target,
    drive: (usual, load, seconds) => drive(load.streams ? by[load.streams] : usual, load, seconds),
  };
}
