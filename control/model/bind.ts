import { isIP } from "node:net";
import type { Resource, ServiceEntrySpec } from "../source/index.js";
import { BIND } from "./annotations.js";
import type { Problems } from "./problems.js";
import type { Service, UndecidedService } from "./types.js";

/** Where the listener of a service's port stands: by annotation, on the service's first address, or on the default. */
export function bindOf(
  entry: Resource<ServiceEntrySpec>,
  port: number,
  fallback: string,
  problems: Problems,
): Service["bind"] {
  const annotation = entry.annotations[BIND];
  if (annotation === undefined) {
    return { address: entry.spec.addresses?.find((address) => isIP(address) !== 0) ?? fallback, port };
  }
  const path = ["metadata", "annotations", BIND];
  const [, address = "", bindPort] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(annotation) ?? [];
  const whole = isIP(annotation) !== 0;
  if (!whole && isIP(address) === 0)
    problems.error(entry, path, `expected ip or ip:port, found ${JSON.stringify(annotation)}`);
  if (whole || bindPort === undefined) return { address: whole ? annotation : address, port };
  if (entry.spec.ports.length > 1) problems.error(entry, path, "expected an ip alone: the service has several ports");
  return { address, port: Number(bindPort) };
}

/** Two listeners cannot stand in one place. */
export function checkBinds(
  services: readonly (UndecidedService & { entry: Resource<ServiceEntrySpec> })[],
  problems: Problems,
): void {
  const taken = new Map<string, UndecidedService>();
  for (const service of services) {
    const { address, port } = service.bind;
    const text = `${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
    const other = taken.get(text);
    if (other === undefined) taken.set(text, service);
    else {
      const where = `${other.origin.file}:${other.origin.line}`;
      const message =
        `${service.host}:${service.port} would listen on ${text}, where ${other.host}:${other.port} (${where}) does already; ` +
        `give one of them an address of its own (spec.addresses) or the annotation ${BIND}`;
      problems.error(service.entry, ["spec"], message);
    }
  }
}
