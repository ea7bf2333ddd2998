import { stringify } from "yaml";

const HOST = "bench.dubbo";
const PORT_NAME = "tcp-metaprotocol-dubbo";

/** Rules as a user writes them: one Dubbo service, routed by method and one attachment, as the baselines are. */
export function rules(listen: number, backend: number): string {
  const entry = {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: "bench", annotations: { "meltemi.dev/bind": `127.0.0.1:${listen}` } },
    spec: {
      hosts: [HOST],
      ports: [{ number: 20880, name: PORT_NAME, protocol: "TCP" }],
      resolution: "STATIC",
      endpoints: [{ address: "127.0.0.1", ports: { [PORT_NAME]: backend } }],
    },
  };
  const router = {
    apiVersion: "metaprotocol.aeraki.io/v1alpha1",
    kind: "MetaRouter",
    metadata: { name: "bench" },
    spec: {
      hosts: [HOST],
      routes: [
        {
          name: "batch",
          match: { attributes: { method: { exact: "sayHello" }, batchJob: { exact: "true" } } },
          route: [{ destination: { host: HOST } }],
        },
      ],
    },
  };
  return [entry, router].map((resource) => stringify(resource)).join("---\n");
}
