import { expect, test } from "vitest";
import type { Callout } from "../model/index.js";
import { asJson } from "./static.support.js";
import { calloutClusters } from "./steps/callout-clusters.js";

function clusterTo(callout: Partial<Callout>) {
  const whole = { host: "issuer.test", port: 443, http2: false, endpoints: "name", ...callout } as const;
  const clusters = calloutClusters({ services: [], callouts: [whole] });
  const none = { listeners: [], routes: [], endpoints: [], extensions: [], secrets: [], runtimes: [] };
  return asJson({ ...none, clusters }).clusters[0];
}

const tls = (host: string) => ({ sni: "", servers: { authorities: "web" as const, names: [host] } });

test("a server is believed by the web's authorities, and by its own name", () => {
  expect(clusterTo({ tls: { ...tls("issuer.test"), sni: "issuer.test" } })).toMatchObject({
    name: "meltemi_callout|https|issuer.test:443",
    type: "STRICT_DNS",
    transport_socket: {
      typed_config: {
        sni: "issuer.test",
        common_tls_context: {
          combined_validation_context: {
            default_validation_context: {
              match_typed_subject_alt_names: [{ san_type: "DNS", matcher: { exact: "issuer.test" } }],
            },
            validation_context_sds_secret_config: { name: "meltemi.tls.web" },
          },
        },
      },
    },
  });
});

test("one that is named by its address has no server name to ask for", () => {
  const address = { address: "192.0.2.1", port: 443, labels: {} };
  const cluster = clusterTo({ host: "192.0.2.1", tls: tls("192.0.2.1"), endpoints: [address] });
  expect(cluster).toMatchObject({ type: "STATIC" });
  expect(JSON.stringify(cluster)).toContain('"san_type":"IP_ADDRESS"');
  expect(JSON.stringify(cluster)).not.toContain('"sni"');
});
