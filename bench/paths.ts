import { isUsual, type Load, type Path } from "./measurement.js";
import { freePorts } from "./processes.js";
import type { BenchRules } from "./rules.js";
import type { BenchPath, Drive } from "./scenario.js";
import type { Site } from "./site.js";
import { cluster, listener, type NetworkFilter, type StaticResources, tcpProxy } from "./static-resources.js";

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
  /** More ways through the same Envoy. */
  readonly more?: readonly Other[];
}

export interface Other {
  readonly path: Path;
  readonly backend: number;
  readonly drive: Drive;
  readonly filters: (cluster: string) => NetworkFilter[];
  readonly takes?: (load: Load) => boolean;
}

/** Starts one Envoy for all paths, and the host; the paths in the order in which they take turns. */
export async function compare(site: Site, comparison: Comparison): Promise<BenchPath[]> {
  const { service, lane, flows = false, backend, drive, own, more = [] } = comparison;
  const offered: Other[] = [{ path: "cpp", backend, drive, filters: own }, ...more];
  const [tcpPort = 0, ...ports] = await freePorts(1 + offered.length);
  const others = offered
    .map((other, i) => placed(other, ports[i] ?? 0))
    .filter((other) => isTaken(site, service, other));
  const envoy = await site.startEnvoy(service, backend, {
    listeners: [listener("bench_tcp", tcpPort, tcpProxy("bench")), ...others.flatMap(({ listeners }) => listeners)],
    clusters: [cluster("bench", backend), ...others.flatMap(({ clusters }) => clusters)],
  });
  const host: BenchPath = { path: "host", target: await site.startHost(service, backend), drive, takes: isUsual };
  if (!envoy) return [host];
  const byFlows = flows ? await flowPath(site, comparison) : undefined;
  const at = (port: number) => ({ ...envoy, port });
  return [
    { path: lane, target: envoy, drive, takes: ({ streams }) => streams === undefined },
    ...(byFlows ? [byFlows] : []),
    ...others.map(({ port, ...other }) => ({ ...other, target: at(port) })),
    { path: "tcp", target: at(tcpPort), drive },
    host,
  ];
}

/** Another way, with where it stands in the Envoy. */
interface Placed extends Other, StaticResources {
  readonly port: number;
}

function placed(other: Other, port: number): Placed {
  const name = `bench_${other.path}`;
  return {
    ...other,
    port,
    listeners: [listener(name, port, ...other.filters(name))],
    clusters: [cluster(name, other.backend)],
  };
}

function isTaken(site: Site, { protocol }: BenchRules, { path, listeners, clusters }: Placed): boolean {
  const takes = site.envoyTakes({ listeners, clusters });
  if (!takes) console.log(`${protocol}, ${path}: skipped, there is no Envoy that has such a filter`);
  return takes;
}

/** An Envoy for each of what a load may do with streams: it is the rules that say it. */
async function flowPath(site: Site, { service, backend, drive }: Comparison): Promise<BenchPath | undefined> {
  const byFlows = { ...service, lane: "flow" } as const;
  const target = await site.startEnvoy(byFlows, backend);
  const split = await site.startEnvoy({ ...byFlows, streams: "split" }, backend);
  const aged = await site.startEnvoy({ ...byFlows, streams: "aged" }, backend);
  const each = await site.startEnvoy({ ...byFlows, streams: "each" }, backend);
  if (!target || !split || !aged || !each) return undefined;
  const by = { split, aged, each };
  return {
    path: "flow",
    target,
    drive: (usual, load, seconds) => drive(load.streams ? by[load.streams] : usual, load, seconds),
  };
}
