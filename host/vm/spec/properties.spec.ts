import { create } from "@bufbuild/protobuf";
import { StructSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { MetadataSchema } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import { LbEndpointSchema } from "../../../xds/gen/envoy/config/endpoint/v3/endpoint_components_pb.js";
import { ofJson, ofMessage, type PropertyNamespace, type PropertyValue } from "../index.js";
import { Bench, FakeHttp, FakeNetwork, headers, must, queue } from "./kit.support.js";

const namespace = (values: Record<string, PropertyValue>): PropertyNamespace => ({
  kind: "namespace",
  get: (key) => values[key],
});

const read = (...paths: string[]) => paths.map((path) => `prop ${path.replaceAll("/", "%00")}`).join("; ");

async function inConnection(properties: Record<string, PropertyValue>, ...paths: string[]): Promise<string[]> {
  const bench = new Bench();
  const chain = new FakeNetwork();
  chain.properties = properties;
  must((await bench.probe(`new_connection: ${read(...paths)}`)).networkStream(chain)).onNewConnection();
  return bench.results().map((line) => line.replace("prop ", ""));
}

describe("properties", () => {
  it("are written as CEL values are", async () => {
    const connection = namespace({
      id: 258n,
      mtls: true,
      plain: false,
      name: "\xe4 x",
      bytes: Uint8Array.of(0, 255),
      half: { double: 0.5 },
      nothing: null,
      list: ofJson(["a", true]),
      map: ofJson({ k: "v", n: 1 }),
      empty: ofJson({}),
      bad: ofJson({ k: null }),
    });
    const paths = ["id", "mtls", "plain", "name", "bytes", "half", "nothing", "list", "map", "empty", "bad", "absent"];
    const got = await inConnection(
      { connection },
      ...paths.map((path) => `connection/${path}`),
      ...[
        "connection",
        "connection/id/more",
        "connection/list/0",
        "connection/list/2",
        "connection/list/x",
        "connection/map/k",
      ],
      ...["connection/map/n", "connection/id/", "nope", "connection_id"],
    );
    expect(got).toEqual([
      "0 '%02%01%00%00%00%00%00%00'",
      "0 '%01'",
      "0 '%00'",
      "0 '%e4%20x'",
      "0 '%00%ff'",
      "0 '%00%00%00%00%00%00%e0?'",
      "3",
      "0 '%02%00%00%00%01%00%00%00%00%00%00%00%01%00%00%00%00%00%00%00a%00%00%01%00%00'",
      "0 '%02%00%00%00%01%00%00%00%01%00%00%00%01%00%00%00%08%00%00%00k%00v%00n%00%00%00%00%00%00%00%f0?%00'",
      "0 '%00%00%00%00'",
      "3",
      "1",
      ...["3", "1", "0 'a'", "1", "1", "0 'v'"],
      ...["0 '%00%00%00%00%00%00%f0?'", "0 '%02%01%00%00%00%00%00%00'", "1", "0 '%02%01%00%00%00%00%00%00'"],
    ]);
  });

  it("of messages: fields by their names, Struct as a map, the message itself as protobuf", async () => {
    const filterMetadata = { "meltemi.header-mutation": { config: '{"request":[]}', depth: { deep: ["ä"] } } };
    const route = ofMessage(MetadataSchema, create(MetadataSchema, { filterMetadata }));
    const endpoint = create(LbEndpointSchema, { healthStatus: 2, loadBalancingWeight: 7 });
    const xds = namespace({ route_metadata: route, endpoint: ofMessage(LbEndpointSchema, endpoint) });
    const got = await inConnection(
      {
        xds,
        metadata: ofMessage(MetadataSchema, create(MetadataSchema)),
        when: ofMessage(TimestampSchema, create(TimestampSchema, { seconds: 1n, nanos: 2 })),
      },
      "xds/route_metadata/filter_metadata/meltemi.header-mutation/config",
      "xds/route_metadata/filter_metadata/meltemi.header-mutation/depth/deep/0",
      "xds/route_metadata/filter_metadata/none",
      "xds/route_metadata/nofield",
      "xds/endpoint/health_status",
      "xds/endpoint/load_balancing_weight",
      "xds/endpoint",
      "metadata",
      "metadata/filter_metadata",
      "when",
    );
    expect(got).toEqual([
      `0 '{"request":[]}'`,
      "0 '%c3%a4'",
      "1",
      "1",
      "0 '%02%00%00%00%00%00%00%00'",
      "0 '%07%00%00%00%00%00%00%00'",
      "0 '%10%02\"%02%08%07'",
      "0 null",
      "0 '%00%00%00%00'",
      "0 '%02%ca%9a;%00%00%00%00'",
    ]);
    expect(ofMessage(StructSchema, create(StructSchema, { fields: {} }))).toMatchObject({ kind: "map" });
  });

  it("of the plugin and of xds are there while configuring; others are not", async () => {
    const bench = new Bench({
      properties: { property: (name) => (name === "xds" ? namespace({ node: "n1" }) : undefined) },
    });
    const paths = [
      "plugin_name",
      "plugin_root_id",
      "plugin_vm_id",
      "xds",
      "xds/node",
      "xds/listener_direction",
      "request",
      "nope",
    ];
    const properties = {
      property: (name: string) => (name === "xds" ? namespace({ listener_direction: 1n }) : undefined),
    };
    await bench.probe(`configure: ${read(...paths)}; setprop k v`, { properties });
    expect(bench.results().slice(9)).toEqual([
      ...["prop 0 'probe'", "prop 0 'root'", "prop 0 'vm'", "prop 3", "prop 0 'n1'"],
      ...["prop 0 '%01%00%00%00%00%00%00%00'", "prop 1", "prop 1", "setprop 1"],
    ]);
  });

  it("of the request follow its headers: there, gone after Continue, back in on_log", async () => {
    const bench = new Bench();
    const chain = new FakeHttp();
    chain.properties = {
      request: namespace({ size: 5n, protocol: "HTTP/2" }),
      response: namespace({ size: 0n, code: 200n, flags: 0n }),
    };
    const paths = [
      "path",
      "url_path",
      "query",
      "host",
      "method",
      "useragent",
      "headers/x-a",
      "headers",
      "total_size",
      "protocol",
      "none",
    ];
    const all = read(
      ...paths.map((path) => `request/${path}`),
      "response/code",
      "response/headers",
      "response/total_size",
      "request",
    );
    const plugin = await bench.probe(`request_headers: ${all}\nresponse_headers: ${all}\nlog: ${all}`);
    const stream = must(plugin.httpStream(chain));
    const request = headers(
      [":path", "/a/b?x=1#f"],
      [":authority", "h"],
      [":method", "GET"],
      ["x-a", "1"],
      ["x-a", "2"],
    );
    stream.onRequestHeaders(request, true);
    expect(bench.results()).toEqual([
      ...[
        "prop 0 '/a/b?x=1#f'",
        "prop 0 '/a/b'",
        "prop 0 'x=1'",
        "prop 0 'h'",
        "prop 0 'GET'",
        "prop 1",
        "prop 0 '1,2'",
      ],
      expect.stringContaining(":path%00/a/b?x=1#f%00"),
      ...["prop 0 '1%00%00%00%00%00%00%00'", "prop 0 'HTTP/2'", "prop 1"],
      ...["prop 0 '%c8%00%00%00%00%00%00%00'", "prop 0 '%00%00%00%00'", "prop 0 '%00%00%00%00%00%00%00%00'", "prop 3"],
    ]);
    const response = headers([":status", "200"]);
    stream.onResponseHeaders(response, true);
    expect(bench.results()).toEqual([
      ...["prop 1", "prop 1", "prop 1", "prop 1", "prop 1", "prop 1", "prop 1", "prop 0 '%00%00%00%00'"],
      ...["prop 0 '%05%00%00%00%00%00%00%00'", "prop 0 'HTTP/2'", "prop 1", "prop 0 '%c8%00%00%00%00%00%00%00'"],
      "prop 0 '%01%00%00%00%07%00%00%00%03%00%00%00:status%00200%00'",
      ...["prop 0 '%0a%00%00%00%00%00%00%00'", "prop 3"],
    ]);
    stream.onLog({ requestHeaders: request, responseHeaders: response });
    expect(bench.results().slice(0, 3)).toEqual(["prop 0 '/a/b?x=1#f'", "prop 0 '/a/b'", "prop 0 'x=1'"]);
  });

  it("of the request's size: the declared one while headers are readable", async () => {
    const bench = new Bench();
    const chain = new FakeHttp();
    chain.properties = { request: namespace({ size: 2n }) };
    const sizes = read("request/size", "request/total_size");
    const stream = must((await bench.probe(`request_headers: ${sizes}\nrequest_body: ${sizes}`)).httpStream(chain));
    stream.onRequestHeaders(headers(["content-length", "7"]), false);
    stream.onRequestBody(queue("ab"), false);
    expect(bench.results()).toEqual([
      ...["prop 0 '%07%00%00%00%00%00%00%00'", "prop 0 '%11%00%00%00%00%00%00%00'"],
      ...["prop 0 '%02%00%00%00%00%00%00%00'", "prop 0 '%02%00%00%00%00%00%00%00'"],
    ]);
  });

  it("of an empty query are empty, of a connection without HTTP empty maps", async () => {
    const got = await inConnection(
      {},
      "request/headers",
      "response/trailers",
      "request/path",
      "request",
      "filter_state",
      "xds",
    );
    expect(got).toEqual(["0 '%00%00%00%00'", "0 '%00%00%00%00'", "1", "3", "3", "3"]);
    const bench = new Bench();
    const stream = must((await bench.probe("request_headers: prop request%00query")).httpStream(new FakeHttp()));
    stream.onRequestHeaders(headers([":path", "/"]), true);
    expect(bench.results()).toEqual(["prop 0 null"]);
  });

  it("set by a module live in the filter state, under wasm., with the span that was declared", async () => {
    const bench = new Bench();
    const chain = new FakeHttp();
    // DeclarePropertyArguments {name "k", readonly true, span connection}
    const program = `configure: foreign declare_property %0a%01k%10%01%28%02; foreign declare_property %0a%01k; foreign declare_property %ff
request_headers: setprop k v; setprop k w; setprop p q; ${read("k", "filter_state/wasm.k", "wasm.k", "p")}`;
    const plugin = await bench.probe(program);
    bench.take();
    const stream = must(plugin.httpStream(chain));
    stream.onRequestHeaders(headers([":path", "/"]), true);
    expect(bench.results()).toEqual([
      ...["setprop 0", "setprop 2", "setprop 0", "prop 0 'v'", "prop 0 'v'", "prop 1", "prop 0 'q'"],
    ]);
    expect(chain.filterState.values.get("wasm.k")).toMatchObject({ readOnly: true, span: 2 });
    expect(chain.filterState.values.get("wasm.p")).toMatchObject({ readOnly: false, span: 0 });
  });

  it("set_envoy_filter_state knows only what Envoy has a factory for", async () => {
    const bench = new Bench();
    const chain = new FakeNetwork();
    const argument = (key: string) => `%0a%${key.length.toString(16).padStart(2, "0")}${key}%12%01v%18%01`;
    const plugin = await bench.probe(
      `new_connection: foreign set_envoy_filter_state ${argument("envoy.tcp_proxy.cluster")}; foreign set_envoy_filter_state ${argument("other")}; foreign set_envoy_filter_state %ff`,
    );
    const stream = must(plugin.networkStream(chain));
    stream.onNewConnection();
    stream.onDownstreamData(queue(""), false);
    expect(bench.results()).toEqual(["foreign 0 null", "foreign 1 null", "foreign 2 null"]);
    expect(chain.filterState.values.get("envoy.tcp_proxy.cluster")).toMatchObject({ span: 1 });
  });
});
