import type { Protocol } from "./protocol.js";
import type { Document, Route, ServiceRules } from "./rules.js";

/** A service as a case describes it. */
export interface ServiceSpec {
  readonly routes?: readonly Route[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Endpoints by subset, in place of the three recording backends. */
  readonly backends?: Readonly<Record<string, number>>;
  /** A DestinationRule's trafficPolicy. */
  readonly policy?: object;
  /** What its MetaRouter says beside the routes. */
  readonly router?: object;
  /** Documents of other kinds. */
  readonly documents?: readonly Document[];
}

/** A service's rules without its routes. */
export function ruleBase(
  name: string,
  protocol: Protocol,
  listen: number,
  { annotations, backends, policy, router, documents }: ServiceSpec,
  usual: Readonly<Record<string, { readonly port: number }>>,
): ServiceRules {
  const ports = Object.fromEntries(Object.entries(usual).map(([version, { port }]) => [version, port]));
  return {
    host: `${name}.test`,
    protocol: protocol.name,
    listen,
    backends: backends ?? ports,
    ...(annotations && { annotations }),
    ...(policy && { policy }),
    ...(router && { router }),
    ...(documents && { documents }),
  };
}
