import { isIP } from "node:net";
import type { Resource, Rules, ServiceEntrySpec } from "../source/index.js";
import type { Problems } from "./problems.js";
import type { Endpoint } from "./types.js";

type Port = ServiceEntrySpec["ports"][number];

/** The endpoints of one port of a host. */
export function endpointsOf(
  entry: Resource<ServiceEntrySpec>,
  host: string,
  port: Port,
  addresses: Rules["addresses"],
  problems: Problems,
): Endpoint[] {
  const { resolution = "NONE", endpoints: listed = [] } = entry.spec;
  const byName = resolution.includes("DNS");
  if (resolution === "NONE") {
    if (listed.length > 0) problems.error(entry, ["spec", "resolution"], "endpoints need resolution STATIC or DNS");
    else problems.warning(entry, ["spec"], "resolution NONE: the service has no endpoints here");
    return [];
  }
  if (listed.length === 0 && !byName) problems.warning(entry, ["spec"], `${host} has no endpoints`);
  const sources = listed.length === 0 && byName ? [{ address: host }] : listed;
  return sources.flatMap((source: NonNullable<ServiceEntrySpec["endpoints"]>[number], index) => {
    const found = isIP(source.address) !== 0 ? [source.address] : (addresses.get(source.address) ?? []);
    if (isIP(source.address) === 0 && !byName) {
      const path = ["spec", "endpoints", index, "address"];
      problems.error(entry, path, `resolution STATIC: expected an IP address, found ${JSON.stringify(source.address)}`);
    }
    const number = source.ports?.[port.name] ?? port.targetPort ?? port.number;
    return found.map((address) => ({
      address,
      port: number,
      labels: source.labels ?? {},
      ...(source.locality !== undefined && { locality: source.locality }),
      ...(source.weight === undefined || source.weight === 0 ? {} : { weight: source.weight }),
    }));
  });
}
