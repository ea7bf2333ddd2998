import { once } from "node:events";
import { createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { findEnvoy } from "../../scripts/steps/envoy.mjs";
import { freePort, PROXIES, type RunningProxy, startProxy } from "../support/index.js";

// No rule comes to an HTTP/2 cluster with a limit of connections, but an Envoy's own configuration may.

/** A server of HTTP/2 that takes its time, and how many connections it was made. */
async function slowServer(): Promise<{ server: Http2Server; port: number; connections(): number }> {
  let connections = 0;
  const server = createServer((_, response) => void delay(200).then(() => response.end("answer")));
  server.on("session", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port, connections: () => connections };
}

const type = (name: string, fields: object) => ({ "@type": `type.googleapis.com/${name}`, ...fields });
const socketAddress = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });

/** One request at a time on a connection, one connection, and so many that wait. */
function cluster(name: string, port: number, pending: number): object {
  const options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  return {
    name,
    type: "STATIC",
    circuit_breakers: { thresholds: [{ max_connections: 1, max_pending_requests: pending }] },
    typed_extension_protocol_options: {
      [options]: type(options, { explicit_http_config: { http2_protocol_options: { max_concurrent_streams: 1 } } }),
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(port) } }] }],
    },
  };
}

function configuration(listen: number, admin: number, clusters: readonly object[]): object {
  const filters = "envoy.extensions.filters";
  const manager = type(`${filters}.network.http_connection_manager.v3.HttpConnectionManager`, {
    stat_prefix: "test",
    route_config: {
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          routes: ["few", "many"].map((name) => ({ match: { prefix: `/${name}` }, route: { cluster: name } })),
        },
      ],
    },
    http_filters: [{ name: "router", typed_config: type(`${filters}.http.router.v3.Router`, {}) }],
  });
  return {
    admin: { address: socketAddress(admin) },
    static_resources: {
      listeners: [
        {
          name: "in",
          address: socketAddress(listen),
          filter_chains: [{ filters: [{ name: "hcm", typed_config: manager }] }],
        },
      ],
      clusters,
    },
  };
}

describe.each(PROXIES)("a limit of connections where they carry HTTP/2, on %s", (kind) => {
  describe.skipIf(kind === "envoy" && findEnvoy() === null)("", () => {
    const servers: Http2Server[] = [];
    let proxy: RunningProxy | undefined;
    let listen = 0;
    let made: () => number = () => 0;

    beforeAll(async () => {
      const [many, few] = [await slowServer(), await slowServer()];
      servers.push(many.server, few.server);
      made = () => many.connections() + few.connections();
      const adminPort = await freePort();
      listen = await freePort();
      const clusters = [cluster("many", many.port, 10), cluster("few", few.port, 1)];
      const yaml = stringify(configuration(listen, adminPort, clusters));
      proxy = await startProxy(kind, { bootstrap: yaml, adminPort, concurrency: 1 });
    });

    afterAll(async () => {
      await proxy?.close();
      for (const server of servers) server.close();
    });

    const get = async (path: string): Promise<number> => {
      const response = await fetch(`http://127.0.0.1:${listen}${path}`);
      await response.text();
      return response.status;
    };

    test("requests wait for the connection that there is; more of them than may wait are refused", async () => {
      // The first one's connection; it waits for it as well.
      expect([await get("/many"), await get("/few")]).toEqual([200, 200]);
      expect(await Promise.all([get("/many"), get("/many"), get("/many")])).toEqual([200, 200, 200]);
      const statuses = await Promise.all([get("/few"), get("/few"), get("/few")]);
      expect(statuses.sort()).toEqual([200, 200, 503]);
      expect(made()).toBe(2);
      const stats = await proxy?.stats();
      // Two had to wait, and one of them once more when the first was over.
      expect(stats?.get("cluster.many.upstream_cx_overflow")).toBe(3);
      expect(stats?.get("cluster.few.upstream_rq_pending_overflow")).toBe(1);
    });
  });
});
