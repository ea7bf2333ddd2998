import { z } from "zod";
import { count, exportTo, ignored, labels, later, port, text } from "./fields.js";

const endpoint = z.strictObject({
  address: text,
  /** Port names and numbers, where they differ from the service's. */
  ports: z.record(z.string(), port).optional(),
  labels: labels.optional(),
  weight: count.optional(),
  network: ignored(),
  /** `region/zone/subzone`, or its beginning. */
  locality: text.optional(),
  serviceAccount: ignored(),
});

/** Istio's ServiceEntry: a service and, where they are known, its endpoints. */
export const serviceEntry = z.strictObject({
  hosts: z.array(text).min(1, "expected at least one host"),
  addresses: z.array(text).optional(),
  ports: z
    .array(z.strictObject({ number: port, protocol: z.string().optional(), name: text, targetPort: port.optional() }))
    .min(1, "expected at least one port"),
  location: z.enum(["MESH_EXTERNAL", "MESH_INTERNAL"]).optional(),
  resolution: z.enum(["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"]).optional(),
  endpoints: z.array(endpoint).optional(),
  workloadSelector: later("files know no workloads: list the endpoints"),
  exportTo,
  /** Of backends that are spoken to by TLS, where the DestinationRule has none. */
  subjectAltNames: z.array(text).optional(),
});

export type ServiceEntrySpec = z.infer<typeof serviceEntry>;
export type EndpointSpec = z.infer<typeof endpoint>;
