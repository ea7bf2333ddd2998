import { expect, test } from "vitest";
import type { Callout } from "../model/index.js";
import { asJson } from "./static.support.js";
import { calloutClusters } from "./steps/callout-clusters.js";

function clusterTo(callout: Partial<Callout>) {
  const whole = { host: "issuer.test", port: 443, tls: true, http2: false, endpoints: "name", ...callout } as const;
  const clusters = calloutClusters({ services: [], callouts: [whole] });
  const none = { listeners: [], routes: [], endpoints: [], extensions: [], secrets: [], runtimes: [] };
  return asJson({ ...none, clusters }).clusters[0];
}

test("a server is believed by the system's authorities, and by its own name", () => {
  expect(clusterTo({})).toMatchObject({
    name: "meltemi_callout|https|issuer.test:443",
    type: "STRICT_DNS",
    transport_socket: {
      typed_config: {
        sni: "issuer.test",
        common_tls_context: {
          validation_context: {
            trusted_ca: { filename: "/etc/ssl/certs/ca-certificates.crt" },
            match_typed_subject_alt_names: [{ san_type: "DNS", matcher: { exact: "issuer.test" } }],
          },
        },
      },
    },
  });
});

test("one that is named by its address has no server name to ask for", () => {
  const address = { address: "192.0.2.1", port: 443, labels: {} };
  const cluster = clusterTo({ host: "192.0.2.1", endpoints: [address] });
  expect(cluster).toMatchObject({ type: "STATIC" });
  expect(JSON.stringify(cluster)).toContain('"san_type":"IP_ADDRESS"');
  expect(JSON.stringify(cluster)).not.toContain('"sni"');
});
