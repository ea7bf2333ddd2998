import { create } from "@bufbuild/protobuf";
import { pino } from "pino";
import { expect, test } from "vitest";
import { ClusterLoadAssignmentSchema } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { NodeSchema, TypeUrl } from "../../xds/index.js";
import { RawStream } from "../../xds/raw-stream.support.js";
import { resourceOf, Snapshot } from "../snapshot/index.js";
import { SnapshotServer } from "./server.js";
import { standpointOf } from "./standpoint.js";

test("a node's locality and LABELS say where a proxy stands", () => {
  const node = create(NodeSchema, {
    locality: { region: "eu", subZone: "1" },
    metadata: { LABELS: { app: "shop", odd: 1 }, OTHER: "x" },
  });
  expect(standpointOf(node)).toEqual({ locality: "eu//1", labels: { app: "shop" } });
  expect(standpointOf(create(NodeSchema, { locality: { region: "eu" } })).locality).toBe("eu");
});

test.each([undefined, create(NodeSchema), create(NodeSchema, { metadata: { LABELS: "x" } })])(
  "%j says nothing",
  (node) => {
    expect(standpointOf(node)).toEqual({ locality: "", labels: {} });
  },
);

test("each proxy is served by where it stands, and one that does not say it is told of, once", async () => {
  const lines: { node: string; msg: string }[] = [];
  const logger = pino({ level: "warn" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const server = new SnapshotServer({ logger });
  const port = await server.listen(0);
  const at = (name: string) => [
    resourceOf(ClusterLoadAssignmentSchema, name, create(ClusterLoadAssignmentSchema, { clusterName: name })),
  ];
  const views = {
    asked: true,
    typeUrl: TypeUrl.Endpoint,
    resources: ({ locality }: { locality: string }) => at(`endpoints in ${locality}`),
    keyOf: ({ locality }: { locality: string }) => locality,
  };
  const streams = [RawStream.sotw(port), RawStream.sotw(port)];
  try {
    server.push(new Snapshot(at("endpoints"), views));
    const nodes = [{ id: "there", locality: { region: "eu" } }, { id: "nowhere" }];
    const resourceNames = ["endpoints", "endpoints in eu", "endpoints in "];
    const served = await Promise.all(
      streams.map(async (stream, index) => {
        stream.send({ typeUrl: TypeUrl.Endpoint, resourceNames, node: nodes[index] ?? {} });
        const { resources, nonce } = await stream.next();
        stream.send({ typeUrl: TypeUrl.Endpoint, resourceNames, responseNonce: nonce });
        return resources.map(({ value }) => Buffer.from(value).toString().slice(2));
      }),
    );
    expect(served).toEqual([["endpoints in eu"], ["endpoints in "]]);
    await expect
      .poll(() => lines.filter(({ msg }) => msg.includes("where it is")).map(({ node }) => node))
      .toEqual(["nowhere"]);
  } finally {
    for (const stream of streams) stream.close();
    await server.close();
  }
});
