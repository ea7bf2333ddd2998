import { didYouMean } from "../source/index.js";

/** Finds the host that a rule means: by its full name, or by a short one in the rule's namespace, as Istio has it. */
export class Hosts {
  private readonly hosts: ReadonlySet<string>;

  constructor(hosts: Iterable<string>) {
    this.hosts = new Set(hosts);
  }

  find(name: string, namespace: string): string | undefined {
    const lower = name.toLowerCase();
    const candidates = [name, lower];
    if (!name.includes(".")) candidates.push(`${lower}.${namespace}.svc.cluster.local`, `${lower}.${namespace}`);
    return candidates.find((candidate) => this.hosts.has(candidate));
  }

  unknown(name: string): string {
    return `no ServiceEntry has the host ${name} on a port of a known protocol${didYouMean(name, this.hosts)}`;
  }
}
