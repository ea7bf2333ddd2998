import { formatProblem, readRules } from "../source/index.js";
import { buildModel } from "./index.js";

const SERVICE = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, namespace: shop, annotations: { meltemi.dev/inbound: "8080" } }
spec:
  hosts: [a.shop]
  ports: [{ number: 9000, name: tcp-metaprotocol-p }]
  resolution: STATIC
  endpoints: [{ address: 10.0.0.1 }]
`;

/** That a Telemetry is about this service. */
export const own = { targetRefs: [{ kind: "ServiceEntry", group: "networking.istio.io", name: "a" }] };
export const to = (...names: string[]) => ({ providers: names.map((name) => ({ name })) });

export function telemetry(namespace: string, spec: object, annotations: Record<string, string> = {}, name = "t") {
  const metadata = { name, namespace, annotations };
  return JSON.stringify({ apiVersion: "telemetry.istio.io/v1", kind: "Telemetry", metadata, spec });
}

/** The settings of the mesh. */
export function mesh(meshConfig: object) {
  return JSON.stringify({
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    metadata: { name: "mesh" },
    spec: { meshConfig },
  });
}

/** The service under these documents, and the model that it is of; undefined where there is none. */
export function readService(documents: readonly string[], lane: "request" | "session" = "request") {
  const files = [SERVICE, ...documents].map((text, index) => ({ path: `${index}.yaml`, text }));
  const { rules, problems } = readRules(files);
  const codecs = new Map([["p", { lane, pins: false, multiplexed: true } as const]]);
  const built = rules && buildModel(rules, { modules: { codecs, http: new Map() } });
  return {
    service: built?.model?.services[0],
    model: built?.model,
    problems: [...problems, ...(built?.problems ?? [])].map(formatProblem),
  };
}
