import { spawnSync } from "node:child_process";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { BootstrapSchema } from "../../xds/gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import { typeRegistry } from "../../xds/index.js";
import { envoyBinary } from "../envoy.support.js";
import { type BootstrapOptions, bootstrap } from "./bootstrap.js";

const variants: Record<string, BootstrapOptions> = {
  "the usual one": { controlPort: 18000, adminPort: 19000, nodeId: "proxy-1" },
  "somewhere, with labels": {
    controlPort: 18000,
    adminPort: 0,
    nodeId: "proxy-1",
    locality: "eu/a",
    labels: { app: "shop", "topology.example/rack": "1" },
  },
  "delta, another cluster and a control plane by name": {
    controlPort: 18000,
    controlHost: "localhost",
    adminPort: 0,
    nodeId: 'proxy: "2" #x',
    cluster: "edge",
    delta: true,
  },
  "that of a workload": {
    controlPort: 18000,
    adminPort: 19000,
    nodeId: "proxy-1",
    workload: "shop-v2",
    labels: { app: "shop", version: "v2" },
  },
};

for (const [name, options] of Object.entries(variants)) {
  test(`${name} is a Bootstrap message with what was asked for`, () => {
    const json: JsonValue = parse(bootstrap(options));
    const message = fromJson(BootstrapSchema, json, { registry: typeRegistry });
    expect(message.node).toMatchObject({ id: options.nodeId, cluster: options.cluster ?? "meltemi" });
    expect(message.staticResources?.clusters[0]?.loadAssignment?.endpoints[0]?.lbEndpoints[0]).toMatchObject({
      hostIdentifier: {
        value: {
          address: {
            address: {
              value: { address: options.controlHost ?? "127.0.0.1", portSpecifier: { value: options.controlPort } },
            },
          },
        },
      },
    });
  });

  test(`${name} says what it stands beside, or nothing`, () => {
    const { workload, labels } = options;
    const metadata = { ...(workload && { WORKLOAD_NAME: workload }), ...(labels && { LABELS: labels }) };
    expect(parse(bootstrap(options)).node.metadata ?? {}).toEqual(metadata);
  });

  test.skipIf(envoyBinary === null)(`${name} is valid for Envoy`, () => {
    const args = ["--mode", "validate", "--config-yaml", bootstrap(options)];
    const { status, stderr } = spawnSync(envoyBinary ?? "", args, { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    expect(stderr).not.toMatch(/\[(warning|error|critical)\]/);
  });
}
