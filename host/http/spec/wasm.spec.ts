import { readFileSync } from "node:fs";
import type { JsonObject } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import wabt from "wabt";
import { client, request, startBackend, startWorld } from "./world.support.js";

const url = (name: string) => `type.googleapis.com/${name}`;

function wasmFilter(name: string, code: Uint8Array, configuration?: string, extra: JsonObject = {}): JsonObject {
  return {
    name,
    typedConfig: {
      "@type": url("envoy.extensions.filters.http.wasm.v3.Wasm"),
      config: {
        name,
        rootId: "",
        vmConfig: {
          vmId: name,
          runtime: "envoy.wasm.runtime.v8",
          code: { local: { inlineBytes: Buffer.from(code).toString("base64") } },
        },
        ...(configuration && {
          configuration: { "@type": url("google.protobuf.StringValue"), value: configuration },
        }),
      },
    },
    ...extra,
  };
}

/** A module with just the callbacks given, in text form. */
async function module(body: string): Promise<Uint8Array> {
  const { parseWat } = await wabt();
  const parsed = parseWat(
    "filter.wat",
    `(module
      (import "env" "proxy_send_local_response"
        (func $reply (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
      (import "env" "proxy_continue_stream" (func $continue (param i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "teapot")
      (global $next (mut i32) (i32.const 1024))
      (func (export "malloc") (param $n i32) (result i32)
        (global.get $next)
        (global.set $next (i32.add (global.get $next) (local.get $n))))
      (func (export "proxy_abi_version_0_2_1"))
      ${body})`,
  );
  return parsed.toBinary({}).buffer;
}

const to = (prefix: string, rest: JsonObject = {}): JsonObject => ({
  match: { prefix },
  route: { cluster: "c", timeout: "0s" },
  ...rest,
});

describe("Wasm filters", () => {
  it("header-mutation changes request and response by the route's metadata", async () => {
    const code = readFileSync(new URL("../../../build/wasm/http/header-mutation.wasm", import.meta.url));
    const backend = await startBackend();
    const config = JSON.stringify({
      request: [{ set: "X-User-Group", value: "canary" }],
      response: [{ set: "x-served-by", value: "m" }],
    });
    const filterMetadata = { "meltemi.header-mutation": { config } };
    const enabled = { hm: { "@type": url("envoy.config.route.v3.FilterConfig"), config: {} } };
    const world = await startWorld({
      clusters: { c: [backend.port] },
      filters: [wasmFilter("hm", code, undefined, { disabled: true })],
      routes: [to("/mutated", { metadata: { filterMetadata }, typedPerFilterConfig: enabled }), to("/")],
    });
    const session = client(world.port);
    const mutated = await request(session, "/mutated");
    expect(backend.received[0]?.headers).toContain("canary");
    expect(mutated.headers).toContain("x-served-by");
    const plain = await request(session, "/plain");
    expect(backend.received[1]?.headers).not.toContain("canary");
    expect(plain.headers).not.toContain("x-served-by");
  });

  it("a local reply runs through the response callbacks and reaches the client", async () => {
    const code = await module(`
      (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
        (drop (call $reply (i32.const 418) (i32.const 0) (i32.const 6) (i32.const 0) (i32.const 6)
          (i32.const 0) (i32.const 0) (i32.const -1)))
        (i32.const 1))`);
    const backend = await startBackend();
    const world = await startWorld({
      clusters: { c: [backend.port] },
      filters: [wasmFilter("f", code)],
      routes: [to("/")],
    });
    const seen = await request(client(world.port), "/", {}, "body");
    expect([seen.status, seen.body, backend.received.length]).toEqual([418, "teapot", 0]);
  });

  it("a trap costs its stream 503 with an empty body", async () => {
    const code = await module(`
      (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) (unreachable))`);
    const backend = await startBackend();
    const world = await startWorld({
      clusters: { c: [backend.port] },
      filters: [wasmFilter("f", code)],
      routes: [to("/")],
    });
    const seen = await request(client(world.port), "/");
    expect([seen.status, seen.body, backend.received.length]).toEqual([503, "", 0]);
  });

  it("keeps bodies that a filter buffers, both ways, and sends them on whole", async () => {
    const code = await module(`
      (func (export "proxy_on_request_body") (param i32 i32 i32) (result i32)
        (i32.eqz (local.get 2)))
      (func (export "proxy_on_response_body") (param i32 i32 i32) (result i32)
        (i32.eqz (local.get 2)))`);
    const backend = await startBackend();
    const world = await startWorld({
      clusters: { c: [backend.port] },
      filters: [wasmFilter("f", code)],
      routes: [to("/")],
    });
    const body = Buffer.alloc(300_000, "b");
    const seen = await request(client(world.port), "/", {}, body);
    expect([seen.status, seen.body.length, backend.received[0]?.body.equals(body)]).toEqual([200, body.length, true]);
    const over = await request(client(world.port), "/", {}, Buffer.alloc(3 << 20));
    expect([over.status, over.body]).toEqual([413, "Payload Too Large"]);
  });

  it("a module that does not load is a configuration error", async () => {
    const filters = [wasmFilter("f", Buffer.from("no wasm"))];
    await expect(startWorld({ clusters: {}, filters, routes: [] })).rejects.toThrow(/http_filters\[0\]\.typed_config/);
  });
});
