import type { ProxyKind, RunningProxy } from "../../support/index.js";
import { startProxied as start, to } from "../proxied.js";

/** A proxy in front of two servers: `one` takes everything that no rule sends to `two`. */
export interface Proxied {
  readonly port: number;
  readonly proxy: RunningProxy;
  close(): Promise<void>;
}

/** Rules of a service `db.test` with the subsets `one` and `two`. */
export interface ProxiedSpec {
  readonly one: number;
  readonly two: number;
  /** What goes to `two`. */
  readonly match: object;
  /** The codec's settings. */
  readonly codec?: object;
  /** More of the ServiceEntry's annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** A DestinationRule's. */
  readonly trafficPolicy?: object;
}

export async function startProxied(kind: ProxyKind, { one, two, match, ...more }: ProxiedSpec): Promise<Proxied> {
  const routes = [
    { name: "two", match: { attributes: match }, route: to("db", "two") },
    // Both servers: whoever cancels has to find the right one.
    {
      name: "both",
      match: { attributes: { application_name: { exact: "both" } } },
      route: [{ destination: { host: "db.test" } }],
    },
    { name: "user", match: { attributes: { user: { exact: "carla" } } }, route: to("db", "two") },
    { name: "one", match: { attributes: { database: { exact: "postgres" } } }, route: to("db", "one") },
  ];
  const proxied = await start(kind, "postgresql", { db: { servers: { one, two }, routes, ...more } });
  return { port: proxied.port("db"), proxy: proxied.proxy, close: proxied.close };
}
