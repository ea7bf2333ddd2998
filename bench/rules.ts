import { stringify } from "yaml";

const PORT_NAME = "tcp-metaprotocol-dubbo";

/** Rules as a user writes them: a Dubbo service on each lane, routed by method and one attachment, as the baselines are. */
export function rules(listens: { readonly request: number; readonly flow: number }, backend: number): string {
  return (["request", "flow"] as const).map((lane) => serviceRules(lane, listens[lane], backend)).join("---\n");
}

function serviceRules(lane: "request" | "flow", listen: number, backend: number): string {
  const host = `${lane}.bench.dubbo`;
  const annotations = { "meltemi.dev/bind": `127.0.0.1:${listen}`, "meltemi.dev/lane": lane };
  const entry = {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: lane, annotations },
    spec: {
      hosts: [host],
      ports: [{ number: 20880, name: PORT_NAME, protocol: "TCP" }],
      resolution: "STATIC",
      endpoints: [{ address: "127.0.0.1", ports: { [PORT_NAME]: backend } }],
    },
  };
  const router = {
    apiVersion: "metaprotocol.aeraki.io/v1alpha1",
    kind: "MetaRouter",
    metadata: { name: lane },
    spec: {
      hosts: [host],
      routes: [
        {
          name: "batch",
          match: { attributes: { method: { exact: "sayHello" }, batchJob: { exact: "true" } } },
          route: [{ destination: { host } }],
        },
      ],
    },
  };
  return [entry, router].map((resource) => stringify(resource)).join("---\n");
}
