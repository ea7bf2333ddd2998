import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { findEnvoy } from "../../scripts/steps/envoy.mjs";
import { TestHost } from "../../testing/index.js";
import {
  freePort,
  HTTP_FILTERS,
  type ProxyKind,
  type RunningProxy,
  readmeOf,
  snippetsOf,
  startProxy,
} from "../support/index.js";

const SECRET = Buffer.alloc(32, "secret ");
const wasm = (filter: string) => fileURLToPath(new URL(`../../build/wasm/http/${filter}.wasm`, import.meta.url));

/** What each filter does as its README configures it, in front of a server that says yes to all. */
const ACTS: Readonly<Record<string, (ask: Ask) => Promise<void>>> = {
  "access-control": async (ask) => {
    expect([(await ask("/admin/users")).status, (await ask("/users")).status]).toEqual([403, 200]);
  },
  "fault-injection": async (ask) => {
    const answers = await Promise.all(Array.from({ length: 150 }, () => ask("/")));
    const struck = answers.filter(({ status }) => status === 503);
    // A tenth of them; none, or so many, by chance once in a million runs.
    expect(struck.length).toBeGreaterThan(0);
    expect(struck.length).toBeLessThan(40);
    expect(await struck[0]?.text()).toBe("on purpose");
  },
  "header-mutation": async (ask) => {
    expect((await ask("/")).headers.get("x-frame-options")).toBe("DENY");
  },
  "jwt-auth": async (ask) => {
    const bearing = async (secret: Uint8Array) => {
      const claims = new SignJWT({ iss: "https://issuer.example" }).setExpirationTime("1h");
      return { authorization: `Bearer ${await claims.setProtectedHeader({ alg: "HS256" }).sign(secret)}` };
    };
    expect((await ask("/")).status).toBe(401);
    expect((await ask("/", await bearing(Buffer.alloc(32, "other")))).status).toBe(401);
    expect((await ask("/", await bearing(SECRET))).status).toBe(200);
  },
  "rate-limit": async (ask) => {
    const answers = await Promise.all(Array.from({ length: 15 }, () => ask("/")));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(10).fill(200), ...Array(5).fill(429)]);
  },
};

type Ask = (path: string, headers?: Record<string, string>) => Promise<Response>;

/** Serves the keys of an issuer at `/keys`, and says yes to everything else. */
class Upstream {
  private readonly server: Server = createServer(({ url }, response) => {
    const keys = [{ kty: "oct", k: SECRET.toString("base64url") }];
    response.end(url === "/keys" ? JSON.stringify({ keys }) : "yes");
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const upstream = new Upstream();
beforeAll(() => upstream.start());
afterAll(() => upstream.close());

test("every filter is tried", () => {
  expect(Object.keys(ACTS).sort()).toEqual([...HTTP_FILTERS].sort());
});

test.each(HTTP_FILTERS)("%s takes the configuration that its README begins with", async (filter) => {
  const [first] = snippetsOf(filter).filter(({ under }) => under === "Configuration");
  expect(first?.language).toBe("json");
  const module = await new TestHost().load(wasm(filter), { configuration: first?.text ?? "" });
  expect(module.failure).toBeUndefined();
});

describe.each<ProxyKind>(["envoy", "host"])("in a plain listener of %s", (kind) => {
  if (kind === "envoy" && findEnvoy() === null) {
    test.skip("there is no Envoy here");
    return;
  }
  const ports = new Map<string, number>();
  let proxy: RunningProxy | undefined;
  beforeAll(async () => {
    const adminPort = await freePort();
    for (const filter of HTTP_FILTERS) ports.set(filter, await freePort());
    proxy = await startProxy(kind, { bootstrap: stringify(bootstrap(ports, adminPort)), adminPort, concurrency: 1 });
  });
  afterAll(() => proxy?.close());

  test.each(HTTP_FILTERS)("%s acts as its README's snippet for Envoy says", async (filter) => {
    await ACTS[filter]?.((path, headers = {}) => fetch(`http://127.0.0.1:${ports.get(filter)}${path}`, { headers }));
  });

  test.each(HTTP_FILTERS)("%s has the metrics that its README lists", async (filter) => {
    const names = metricsOf(filter);
    expect(names.length).toBeGreaterThan(2);
    const stats = await proxy?.stats();
    expect(names.filter((name) => !stats?.has(`wasmcustom.${name}`))).toEqual([]);
  });
});

/** The names in the table of metrics: the first of a row is whole, others have their ends alone. */
function metricsOf(filter: string): string[] {
  const section =
    readmeOf(filter)
      .split("\n## ")
      .find((each) => each.startsWith("Metrics\n")) ?? "";
  return section.split("\n").flatMap((row) => {
    const [cell = ""] = /^\| `[^|]*/.exec(row) ?? [];
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) =>
      name.startsWith(".") ? `meltemi.${filter}${name}` : name,
    );
  });
}

/** The snippet as it stands, but for where the module is. */
function httpFilters(filter: string): unknown[] {
  const snippet = snippetsOf(filter).find(({ under }) => under === "On any Envoy");
  const { http_filters } = parse((snippet?.text ?? "").replace(`${filter}.wasm`, wasm(filter))) as {
    http_filters: unknown[];
  };
  return http_filters;
}

const TYPE = "type.googleapis.com/envoy.extensions.filters";

function bootstrap(ports: ReadonlyMap<string, number>, adminPort: number): object {
  const address = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(upstream.port) } }] }];
  const cluster = (name: string) => ({ name, load_assignment: { cluster_name: name, endpoints } });
  const routes = [{ match: { prefix: "/" }, route: { cluster: "upstream" } }];
  const listener = (filter: string, port: number) => ({
    name: filter,
    address: address(port),
    filter_chains: [
      {
        filters: [
          {
            name: "http",
            typed_config: {
              "@type": `${TYPE}.network.http_connection_manager.v3.HttpConnectionManager`,
              stat_prefix: filter,
              codec_type: "HTTP1",
              route_config: { name: "all", virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
              http_filters: [
                ...httpFilters(filter),
                { name: "router", typed_config: { "@type": `${TYPE}.http.router.v3.Router` } },
              ],
            },
          },
        ],
      },
    ],
  });
  return {
    node: { id: "plain", cluster: "test" },
    admin: { address: address(adminPort) },
    static_resources: {
      listeners: [...ports].map(([filter, port]) => listener(filter, port)),
      clusters: [cluster("upstream"), cluster("issuer")],
    },
  };
}
