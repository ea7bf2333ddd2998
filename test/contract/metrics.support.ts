import type { World } from "../support/index.js";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What Prometheus would see of a service's calls. */
export async function scrape(world: World, service: string): Promise<Sample[]> {
  const lines = (await world.proxy.prometheus()).split("\n");
  const samples = lines.flatMap((line) => {
    const [, name = "", labels = "", value] = /^(istio_\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (name === "") return [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", text = ""]) => [key, text]);
    return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }];
  });
  return samples.filter(({ labels }) => labels["destination_service"] === `${service}.test`);
}
