import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Problem } from "./problem.js";
import { fieldPath } from "./problem.js";
import type { Rules } from "./rules.js";

interface Name {
  readonly name: string;
  readonly problem: (message: string) => Problem;
}

/** The names that DNS has to know for the services that are resolved by it. */
function namesIn(rules: Rules): Name[] {
  return rules.serviceEntries.flatMap((entry) => {
    if (!entry.spec.resolution?.includes("DNS")) return [];
    const listed = (entry.spec.endpoints ?? []).map(({ address }, index) => ({
      name: address,
      path: ["spec", "endpoints", index, "address"],
    }));
    const hosts = entry.spec.hosts.map((name, index) => ({ name, path: ["spec", "hosts", index] }));
    return (listed.length > 0 ? listed : hosts)
      .filter(({ name }) => isIP(name) === 0)
      .map(({ name, path }) => ({
        name,
        problem: (message) => ({ severity: "warning", place: entry.at(path), field: fieldPath(path), message }),
      }));
  });
}

/** Resolves names and remembers them: a name that cannot be resolved keeps what it stood for. */
export class Names {
  private readonly known = new Map<string, readonly string[]>();

  /** The rules with the addresses of their names as they are now. */
  async resolve(rules: Rules): Promise<{ rules: Rules; problems: Problem[] }> {
    const problems: Problem[] = [];
    const addresses = new Map<string, readonly string[]>();
    const resolveOne = async ({ name, problem }: Name) => {
      try {
        const found = await lookup(name, { all: true });
        this.known.set(name, [...new Set(found.map(({ address }) => address))].sort());
      } catch (error) {
        const kept = this.known.has(name) ? "; its last addresses are kept" : "; it has no endpoints";
        problems.push(problem(`DNS does not know ${name} (${(error as NodeJS.ErrnoException).code})${kept}`));
      }
      addresses.set(name, this.known.get(name) ?? []);
    };
    const names = new Map(namesIn(rules).map((name) => [name.name, name]));
    await Promise.all([...names.values()].map(resolveOne));
    return { rules: { ...rules, addresses: new Map([...addresses].sort()) }, problems };
  }
}
