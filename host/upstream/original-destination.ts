import { isIP } from "node:net";
import { bareEndpoint, LiveEndpoint } from "./endpoints/index.js";

/** Hosts of an ORIGINAL_DST cluster: made for the addresses that connections were meant for. */
export class OriginalDestinations {
  private readonly hosts = new Map<string, LiveEndpoint>();

  get all(): readonly LiveEndpoint[] {
    return [...this.hosts.values()];
  }

  /** The host at `ip:port`; undefined where that is not an address. */
  at(destination: string | undefined): LiveEndpoint | undefined {
    if (destination === undefined) return undefined;
    const known = this.hosts.get(destination);
    if (known !== undefined) return known;
    const match = /^(?:\[(.+)\]|([^[\]:]+)):(\d+)$/.exec(destination);
    const host = match?.[1] ?? match?.[2] ?? "";
    const port = Number(match?.[3]);
    if (isIP(host) === 0 || port > 65_535) return undefined;
    const endpoint = new LiveEndpoint(bareEndpoint({ kind: "tcp", host, port }));
    this.hosts.set(destination, endpoint);
    return endpoint;
  }

  /** Forgets and returns the hosts that nothing uses. */
  sweep(idle: (host: LiveEndpoint) => boolean): LiveEndpoint[] {
    const gone: LiveEndpoint[] = [];
    for (const [key, host] of this.hosts) {
      if (!idle(host)) continue;
      this.hosts.delete(key);
      gone.push(host);
    }
    return gone;
  }
}
