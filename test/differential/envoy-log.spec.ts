import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { EnvoyLogTrace } from "../../host/vm/index.js";
import { findEnvoy } from "../../scripts/steps/envoy.mjs";
import { TestHost } from "../../testing/index.js";
import { freePort, startProxy, until } from "../support/index.js";

const MODULE = fileURLToPath(new URL("../../build/wasm/http/header-mutation.wasm", import.meta.url));
const CONFIGURATION = JSON.stringify({ request: [{ set: "a", value: "1" }], response: [{ set: "b", value: "2" }] });
const BODY = "hello";

test.skipIf(findEnvoy() === null)("calls are traced alike on the host and in Envoy's log", async () => {
  const host = new TestHost({ trace: (line) => onHost.push(line) });
  const onHost: string[] = [];
  const module = await host.load(MODULE, { configuration: CONFIGURATION });
  module.http().request({}).respond({ ":status": "200" }, { body: BODY }).end();
  const inEnvoy = await envoyTrace();
  expect(ofStream(inEnvoy)).toContain("proxy_on_response_headers()");
  expect(ofStream(inEnvoy)).toEqual(ofStream(onHost));
  expect(inEnvoy).toContain("  proxy_replace_header_map_value(HttpRequestHeaders, <1 byte>, <1 byte>)");
});

/** From the first stream's beginning to its end; of calls what is not a pointer's or a header count's: names and answers. */
function ofStream(lines: readonly string[]): string[] {
  const begin = lines.findIndex((line) => line.startsWith("proxy_on_context_create(2, 1)"));
  const end = lines.findIndex((line) => line.startsWith("proxy_on_delete(2)"));
  return lines.slice(begin, end + 1).map((line) => line.replace(/\(.*\)(?: = (?!\w+$).*)?/, "()"));
}

/** What Envoy logs of one request that the same module sees. */
async function envoyTrace(): Promise<string[]> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const envoy = await startProxy("envoy", {
    bootstrap: stringify(bootstrap(port, adminPort)),
    adminPort,
    concurrency: 1,
    wasmLogLevel: "trace",
  });
  try {
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(BODY);
    await until("the stream to end in the log", () => envoy.log().includes("[host<-vm] proxy_on_delete return"));
    const log = new EnvoyLogTrace();
    const events = envoy
      .log()
      .split("\n")
      .map((line) => log.read(line));
    return events.flatMap((event) => (event === undefined ? [] : `${"  ".repeat(event.depth)}${event.text}`));
  } finally {
    await envoy.close();
  }
}

function bootstrap(port: number, adminPort: number): object {
  const type = (name: string) => `type.googleapis.com/envoy.extensions.filters.${name}`;
  const config = {
    name: "traced",
    configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: CONFIGURATION },
    vm_config: { runtime: "envoy.wasm.runtime.v8", code: { local: { filename: MODULE } } },
  };
  const routes = [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: BODY } } }];
  const manager = {
    "@type": type("network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "traced",
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
    http_filters: [
      { name: "traced", typed_config: { "@type": type("http.wasm.v3.Wasm"), config } },
      { name: "router", typed_config: { "@type": type("http.router.v3.Router") } },
    ],
  };
  const address = (value: number) => ({ socket_address: { address: "127.0.0.1", port_value: value } });
  const filters = [{ name: "manager", typed_config: manager }];
  return {
    admin: { address: address(adminPort) },
    static_resources: { listeners: [{ name: "traced", address: address(port), filter_chains: [{ filters }] }] },
  };
}
