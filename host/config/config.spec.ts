import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { TcpProxySchema } from "../../xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { TypedStructSchema } from "../../xds/gen/xds/type/v3/typed_struct_pb.js";
import { openExtension, parseBootstrap } from "./index.js";

const TABLE = { [TcpProxySchema.typeName]: ["stat_prefix", "cluster"] };

test("an unknown field is named with its line and its path", () => {
  const yaml = "node: {id: a}\nstatic_resources:\n  clusters:\n  - name: c\n    conect_timeout: 1s\n";
  expect(() => parseBootstrap(yaml)).toThrow(
    /^static_resources\.clusters\[0\]\.conect_timeout: line 5, column 21: unknown field; envoy\.config\.cluster/,
  );
});

test("a wrong value is named with its line and its path, also inside typed_config", () => {
  const yaml = `static_resources:
  listeners:
  - name: l
    filter_chains:
    - filters:
      - name: tcp
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          stat_prefix: 1`;
  expect(() => parseBootstrap(yaml)).toThrow(
    /^static_resources\.listeners\[0\]\.filter_chains\[0\]\.filters\[0\]\.typed_config\.stat_prefix: line 9, .*string/,
  );
});

test("bad YAML is said with its line", () => {
  expect(() => parseBootstrap("a: [1\nb: 2")).toThrow(/line/);
});

test("a part of the bootstrap that the host lacks is refused", () => {
  expect(() => parseBootstrap("hds_config: {}")).toThrow("hds_config: not implemented by this host");
  expect(() => parseBootstrap("admin: {address: {pipe: {path: x}}}")).toThrow("admin.address.pipe: not implemented");
  // Only a stats sink calls a module's envoy_on_stats_update.
  const sink = "stats_sinks: [{name: envoy.stat_sinks.wasm}]";
  expect(() => parseBootstrap(sink)).toThrow("stats_sinks: not implemented by this host");
});

test("an extension comes as its message or as a TypedStruct, unsupported fields are refused with their path", () => {
  const message = anyPack(TcpProxySchema, create(TcpProxySchema, { statPrefix: "a", maxConnectAttempts: 3 }));
  expect(() => openExtension(message, "x").decode(TcpProxySchema, TABLE)).toThrow(
    "x.max_connect_attempts: not implemented",
  );
  const struct = (value: { [key: string]: string }) =>
    anyPack(TypedStructSchema, create(TypedStructSchema, { typeUrl: `a/${TcpProxySchema.typeName}`, value }));
  const read = openExtension(struct({ stat_prefix: "s", cluster: "c" }), "x").decode(TcpProxySchema, TABLE);
  expect([read.statPrefix, read.clusterSpecifier.value]).toEqual(["s", "c"]);
  expect(() => openExtension(struct({ nonsense: "s" }), "x").decode(TcpProxySchema, TABLE)).toThrow(
    /^x\.value: .*nonsense/,
  );
});
