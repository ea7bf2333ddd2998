import { BUCKETS } from "./histogram.js";
import type { StatsStore } from "./store.js";
import { type StatTag, takeTags } from "./tags.js";

const QUANTILES = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1];

/** `name: value` lines, as Envoy's /stats prints them. */
export function statsText(store: StatsStore, matches: (name: string) => boolean = () => true): string {
  const numbers = [...store.counters.values(), ...store.gauges.values()]
    .filter(({ name }) => matches(name))
    .sort(byName)
    .map(({ name, value }) => `${name}: ${value}\n`);
  const histograms = [...store.histograms.values()]
    .filter(({ name }) => matches(name))
    .sort(byName)
    .map((histogram) => {
      if (histogram.count === 0) return `${histogram.name}: No recorded values\n`;
      const parts = QUANTILES.map((share) => `P${share * 100}(nan,${histogram.quantile(share)})`);
      return `${histogram.name}: ${parts.join(" ")}\n`;
    });
  return numbers.concat(histograms).join("");
}

/** `{stats: [{name, value}]}`, as /stats?format=json. */
export function statsJson(store: StatsStore, matches: (name: string) => boolean = () => true): string {
  const stats = [...store.counters.values(), ...store.gauges.values()]
    .filter(({ name }) => matches(name))
    .sort(byName)
    .map(({ name, value }) => ({ name, value }));
  return JSON.stringify({ stats });
}

/**
 * Prometheus' text format 0.0.4, with Envoy's tag for the cluster, the HCM prefix and the response code class.
 * @param custom more tags, of the bootstrap's
 */
export function prometheusText(
  store: StatsStore,
  matches: (name: string) => boolean = () => true,
  custom: readonly StatTag[] = [],
): string {
  const families = new Map<string, { type: string; lines: string[] }>();
  const add = (name: string, type: string, lines: string[]) => {
    const family = families.get(name) ?? { type, lines: [] };
    family.lines.push(...lines);
    families.set(name, family);
  };
  for (const [type, all] of [
    ["counter", store.counters],
    ["gauge", store.gauges],
  ] as const) {
    for (const { name, value } of [...all.values()].sort(byName)) {
      if (!matches(name)) continue;
      const { family, tags } = extractTags(name, custom);
      add(family, type, [`${family}${labels(tags)} ${value}`]);
    }
  }
  for (const histogram of [...store.histograms.values()].sort(byName)) {
    if (!matches(histogram.name)) continue;
    const { family, tags } = extractTags(histogram.name, custom);
    let seen = 0;
    const lines = BUCKETS.map((bound, index) => {
      seen += histogram.buckets[index] ?? 0;
      return `${family}_bucket${labels([...tags, ["le", String(bound)]])} ${seen}`;
    });
    lines.push(`${family}_bucket${labels([...tags, ["le", "+Inf"]])} ${histogram.count}`);
    lines.push(`${family}_sum${labels(tags)} ${histogram.sum}`, `${family}_count${labels(tags)} ${histogram.count}`);
    add(family, "histogram", lines);
  }
  return [...families].map(([name, { type, lines }]) => `# TYPE ${name} ${type}\n${lines.join("\n")}\n`).join("");
}

type Tags = [name: string, value: string][];

/**
 * Envoy's default tag extraction for the names that this host writes. A cluster's name may have dots, so it is what lies
 * between `cluster.` and the last segment.
 */
function extractTags(full: string, custom: readonly StatTag[]): { family: string; tags: Tags } {
  const { name, tags } = takeTags(full, custom);
  // A module's metrics are its own business: nothing is taken out of their names, and nothing put in front.
  if (name.startsWith(MODULES)) return { family: plain(name.slice(MODULES.length)), tags };
  let rest = name.replace(/_rq_(\dxx|\d{3})$/, (_, code: string) => {
    tags.push([code.endsWith("xx") ? "envoy_response_code_class" : "envoy_response_code", code.replace("xx", "")]);
    return code.endsWith("xx") ? "_rq_xx" : "_rq";
  });
  for (const [prefix, tag] of [
    ["cluster", "envoy_cluster_name"],
    ["http", "envoy_http_conn_manager_prefix"],
    ["tcp", "envoy_tcp_prefix"],
    ["listener", "envoy_listener_address"],
  ] as const) {
    const match = new RegExp(
      `^${prefix}\\.(.+?)\\.((?:circuit_breakers\\.\\w+\\.|outlier_detection\\.|ssl\\.|http2\\.|http\\.[^.]+\\.)?[^.]+)$`,
    ).exec(rest);
    if (match === null) continue;
    tags.push([tag, match[1] ?? ""]);
    rest = `${prefix}.${match[2]}`;
    break;
  }
  return { family: `envoy_${plain(rest)}`, tags };
}

const MODULES = "wasmcustom.";

function plain(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, "_");
}

function labels(tags: Tags): string {
  return `{${tags.map(([name, value]) => `${name}="${value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`).join(",")}}`;
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
