import { isIP } from "node:net";
import type { Resource, Rules, ServiceEntrySpec } from "../source/index.js";
import { endpointsOf } from "./endpoints.js";
import type { Problems } from "./problems.js";
import type { Callout } from "./types.js";

/** Servers that filters ask while a request waits: keys' issuers, rate limit services. Each is one, whoever asks it. */
export class Callouts {
  private readonly known = new Map<string, Callout>();

  constructor(
    private readonly rules: Rules,
    private readonly problems: Problems,
  ) {}

  get all(): readonly Callout[] {
    return [...this.known.values()];
  }

  /** The server of a URI: of a ServiceEntry, where one has its host and port, and else by its name. */
  toUri({ protocol, hostname, port }: URL): Callout {
    const tls = protocol === "https:";
    const host = hostname.replace(/^\[|\]$/g, "");
    const number = port === "" ? (tls ? 443 : 80) : Number(port);
    return this.keep({
      host,
      port: number,
      tls,
      http2: false,
      endpoints: this.listed(host, number) ?? byName(host, number),
    });
  }

  /** A service that speaks gRPC; undefined where no ServiceEntry has it. */
  toGrpc(host: string, port: number): Callout | undefined {
    const endpoints = this.listed(host, port);
    return endpoints && this.keep({ host, port, tls: false, http2: true, endpoints });
  }

  /** A collector of spans, which may stand outside of the rules. */
  toCollector(host: string, port: number, http2: boolean): Callout {
    return this.keep({ host, port, tls: false, http2, endpoints: this.listed(host, port) ?? byName(host, port) });
  }

  private keep(callout: Callout): Callout {
    const key = JSON.stringify([callout.host, callout.port, callout.tls, callout.http2]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.known.set(key, callout);
    return callout;
  }

  private listed(host: string, number: number): Callout["endpoints"] | undefined {
    for (const entry of this.rules.serviceEntries) {
      const port = portOf(entry, host, number);
      if (port !== undefined) return endpointsOf(entry, host, port, this.rules.addresses, this.problems);
    }
    return undefined;
  }
}

function portOf({ spec }: Resource<ServiceEntrySpec>, host: string, number: number) {
  if (!spec.hosts.some((name) => name.toLowerCase() === host.toLowerCase())) return undefined;
  return spec.ports.find((port) => port.number === number);
}

function byName(host: string, port: number): Callout["endpoints"] {
  return isIP(host) === 0 ? "name" : [{ address: host, port, labels: {} }];
}
