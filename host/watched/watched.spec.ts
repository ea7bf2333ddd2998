import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort, type RunningProxy, startProxy, until } from "../../test/support/index.js";
import { probeModule } from "../vm/spec/kit.support.js";

const TYPE = "type.googleapis.com/envoy.extensions.filters";

let folder: string;
let proxy: RunningProxy;
let url: string;
let endless: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "meltemi-watched-"));
  const file = join(folder, "probe.wasm");
  writeFileSync(file, await probeModule());
  const [adminPort, port, deadly] = [await freePort(), await freePort(), await freePort()];
  endless = `http://127.0.0.1:${deadly}`;
  url = `http://127.0.0.1:${port}`;
  const address = (value: number) => ({ socket_address: { address: "127.0.0.1", port_value: value } });
  const config = {
    name: "endless",
    root_id: "root",
    configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: "request_headers: loop" },
    vm_config: { vm_id: "endless", runtime: "envoy.wasm.runtime.v8", code: { local: { filename: file } } },
  };
  const route = { match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "served" } } };
  const wasm = { name: "wasm", typed_config: { "@type": `${TYPE}.http.wasm.v3.Wasm`, config } };
  const router = { name: "router", typed_config: { "@type": `${TYPE}.http.router.v3.Router` } };
  const listener = (name: string, at: number, http_filters: object[]) => {
    const manager = {
      "@type": `${TYPE}.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: name,
      route_config: { name, virtual_hosts: [{ name: "all", domains: ["*"], routes: [route] }] },
      http_filters,
    };
    return { name, address: address(at), filter_chains: [{ filters: [{ name: "http", typed_config: manager }] }] };
  };
  const bootstrap = JSON.stringify({
    admin: { address: address(adminPort) },
    static_resources: { listeners: [listener("sound", port, [router]), listener("endless", deadly, [wasm, router])] },
  });
  proxy = await startProxy("host", { bootstrap, adminPort, concurrency: 1, args: ["--watchdog", "1"] });
});

afterAll(async () => {
  await proxy?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a call that does not return costs its data plane; another one serves within seconds", async () => {
  for (let round = 1; round <= 2; round++) {
    expect(await (await fetch(url)).text()).toBe("served");
    await expect(fetch(endless)).rejects.toThrow();
    await until("the next data plane", async () => (await fetch(url).catch(() => undefined))?.ok, {
      timeoutMs: 10_000,
    });
    expect((await proxy.stats()).get("workers.watchdog_mega_miss")).toBe(round);
  }
  expect(proxy.log()).toMatch(/a call into the VM \\?"endless\\?" does not return; it is replaced/);
});
