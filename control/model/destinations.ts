import { didYouMean, type Place } from "../source/index.js";
import type { Hosts } from "./hosts.js";
import type { Problems } from "./problems.js";
import type { Destination, UndecidedService } from "./types.js";

/** A rule that names destinations. */
interface Rule {
  readonly namespace: string;
  at(path: readonly PropertyKey[]): Place;
}

/** A destination as a rule names it. */
interface Named {
  readonly host: string;
  readonly port?: number | undefined;
  readonly subset?: string | undefined;
}

/** Finds what rules name among the services that there are, and says what is not there. */
export class Destinations {
  constructor(
    private readonly services: readonly UndecidedService[],
    private readonly hosts: Hosts,
    private readonly problems: Problems,
  ) {}

  /**
   * @param service whose requests go there: both speak one protocol
   * @param path where the rule names it
   */
  find(
    service: UndecidedService,
    rule: Rule,
    { host: name, port, subset = "" }: Named,
    path: readonly PropertyKey[],
  ): Destination {
    const named = { host: name, port: port ?? service.port, subset };
    const host = this.hosts.find(name, rule.namespace);
    if (host === undefined) {
      this.problems.error(rule, [...path, "host"], this.hosts.unknown(name));
      return named;
    }
    const target = this.target(service, rule, host, port, path);
    if (target === undefined) return { ...named, host };
    const subsets = target.subsets.map((one) => one.name);
    if (subset !== "" && !subsets.includes(subset)) {
      const there =
        subsets.length === 0 ? "it has none" : `there are ${subsets.join(", ")}${didYouMean(subset, subsets)}`;
      this.problems.error(rule, [...path, "subset"], `no DestinationRule gives ${host} a subset ${subset}; ${there}`);
    }
    if (target.codec.name !== service.codec.name) {
      const message = `${host}:${target.port} speaks ${target.codec.name}, ${service.host}:${service.port} ${service.codec.name}`;
      this.problems.error(rule, [...path, "host"], message);
    }
    return { host, port: target.port, subset };
  }

  /** The port that is asked for, else the one with the same number, else the only one. */
  private target(
    service: UndecidedService,
    rule: Rule,
    host: string,
    port: number | undefined,
    path: readonly PropertyKey[],
  ): UndecidedService | undefined {
    const ports = this.services.filter((candidate) => candidate.host === host);
    const same = ports.find((candidate) => candidate.port === (port ?? service.port));
    if (same !== undefined) return same;
    if (port === undefined && ports.length === 1) return ports[0];
    const numbers = ports.map((candidate) => candidate.port).join(", ");
    const found = port === undefined ? "" : `, found ${port}`;
    this.problems.error(rule, [...path, "port"], `expected one of the ports of ${host}: ${numbers}${found}`);
    return undefined;
  }
}
