import { pino } from "pino";
import { expect, test } from "vitest";
import { parseBootstrap } from "../config/index.js";
import { StatsStore } from "../stats/index.js";
import { LiveClusterManager } from "../upstream/index.js";
import { Discovery } from "../xds/index.js";
import { configDump } from "./config-dump.js";

const KEY = "the key that nobody may see";

test("a private key is in no config dump, wherever it stands", () => {
  const context = (type: string) => ({
    "@type": `type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.${type}`,
    common_tls_context: {
      tls_certificates: [{ certificate_chain: { inline_string: "the chain" }, private_key: { inline_string: KEY } }],
    },
  });
  const socket = (type: string) => ({ name: "tls", typed_config: context(type) });
  const bootstrap = parseBootstrap(
    JSON.stringify({
      static_resources: {
        listeners: [{ name: "l", filter_chains: [{ transport_socket: socket("DownstreamTlsContext") }] }],
        clusters: [{ name: "c", type: "STATIC", transport_socket: socket("UpstreamTlsContext") }],
      },
    }),
  );
  const stats = new StatsStore();
  const discovery = new Discovery({
    client: undefined,
    manager: new LiveClusterManager(),
    clusterContext: { stats, internal: () => undefined, onDnsFailure: () => undefined },
    stats,
    logger: pino({ enabled: false }),
  });
  const dump = JSON.stringify(configDump(bootstrap, discovery));
  expect(dump.match(/\[redacted\]/g)).toHaveLength(4); // twice each: in the bootstrap, and by itself
  expect(dump).toContain("the chain");
  expect(dump).not.toContain(KEY);
});
