import { isIP } from "node:net";
import type { DestinationRuleSpec, Resource, Rules, ServiceEntrySpec } from "../source/index.js";
import { endpointsOf } from "./endpoints.js";
import type { Problems } from "./problems.js";
import { backendTls, webTls } from "./tls.js";
import type { Callout } from "./types.js";

/** What a server is asked for: the rest is for its rules to say. */
type Asked = Pick<Callout, "host" | "port" | "http2"> & { readonly secure?: boolean };

/** Servers that filters ask while a request waits: keys' issuers, rate limit services. Each is one, whoever asks it. */
export class Callouts {
  private readonly known = new Map<string, Callout>();

  constructor(
    private readonly rules: Rules,
    private readonly destinationRules: ReadonlyMap<string, Resource<DestinationRuleSpec>>,
    private readonly problems: Problems,
  ) {}

  get all(): readonly Callout[] {
    // With TLS by its URI or by a rule, it is the same one.
    const all = [...this.known.values()];
    return [...new Map(all.map((one) => [JSON.stringify([one.host, one.port, one.http2, one.tls]), one])).values()];
  }

  /** The server of a URI, which may stand outside of the rules: with TLS where the URI is of https, or a rule wants it. */
  toUri({ protocol, hostname, port }: URL): Callout {
    const secure = protocol === "https:";
    const host = hostname.replace(/^\[|\]$/g, "");
    const number = port === "" ? (secure ? 443 : 80) : Number(port);
    return this.keep({ host, port: number, http2: false, secure });
  }

  /** A service that speaks gRPC; undefined where no ServiceEntry has it. */
  toGrpc(host: string, port: number): Callout | undefined {
    return this.entryOf(host, port) && this.keep({ host, port, http2: true });
  }

  /** A collector of spans, which may stand outside of the rules. */
  toCollector(host: string, port: number, http2: boolean): Callout {
    return this.keep({ host, port, http2 });
  }

  private keep(asked: Asked): Callout {
    const key = JSON.stringify(asked);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const { host, port, http2 } = asked;
    const entry = this.entryOf(host, port);
    const tls = this.tlsOf(asked, entry?.entry);
    const callout: Callout = {
      host,
      port,
      http2,
      ...(tls && { tls }),
      // Of a ServiceEntry, where one has its host and port, and else by its name.
      endpoints: entry
        ? endpointsOf(entry.entry, host, entry.port, this.rules.addresses, this.problems)
        : byName(host, port),
    };
    this.known.set(key, callout);
    return callout;
  }

  /** As with services: what the DestinationRule of its host says. */
  private tlsOf({ host, port, secure }: Asked, entry: Resource<ServiceEntrySpec> | undefined): Callout["tls"] {
    const rule = entry && this.destinationRules.get(host.toLowerCase());
    const ruled = rule && backendTls({ host, port, entry }, rule, this.rules, this.problems).backendTls;
    return ruled ?? (secure ? webTls(host) : undefined);
  }

  private entryOf(host: string, number: number) {
    for (const entry of this.rules.serviceEntries) {
      const port = portOf(entry, host, number);
      if (port !== undefined) return { entry, port };
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
