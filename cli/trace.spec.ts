import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { meltemi } from "./meltemi.support.js";

const built = (path: string) => fileURLToPath(new URL(`../build/wasm/${path}`, import.meta.url));

it("meltemi trace shows a request's calls, and what reached whom", async () => {
  const configuration = JSON.stringify({ request: [{ set: "a", value: "1" }] });
  const filter = built("http/header-mutation.wasm");
  const args = ["--configuration", configuration, "--request", "POST /x", "--header", "user: jason", "--body", "hello"];
  const { code, out, err } = await meltemi("trace", filter, ...args);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("\nthe request\nproxy_on_context_create(2, 1)\n");
  expect(out).toContain('\n  proxy_replace_header_map_value(HttpRequestHeaders, "a", "1")\n');
  expect(out).toMatch(
    /to the upstream:\n {2}:method: POST\n {2}:path: \/x\n[\s\S]* {2}user: jason\n {2}a: 1\n {2}body of 5 bytes: "hello"\n/,
  );
});

it("meltemi trace shows a connection's calls, and takes bytes as escapes", async () => {
  const codec = built("codecs/redis.wasm");
  const { code, out } = await meltemi("trace", codec, "--configuration", '{"role":"ingress"}', "--tcp", "PING\\x0d\\n");
  expect(code).toBe(0);
  expect(out).toContain('  proxy_get_buffer_bytes(DownstreamData, 0, 6) = "PING\\r\\n"\n');
});

it("meltemi trace says why a module is refused", async () => {
  const { code, err } = await meltemi("trace", built("codecs/redis.wasm"), "--configuration", "{}");
  expect(code).toBe(1);
  expect(err).toMatch(/^meltemi: Wasm plugin "test": the module refused its configuration .*role/);
});

it("meltemi trace reads the calls in an Envoy's log, and says where there are none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-trace-"));
  const log = join(folder, "envoy.log");
  const said = (thread: number, message: string) =>
    `[2026-11-26 12:01:07.189][${thread}][trace][wasm] [source/extensions/common/wasm/wasm_vm.cc:39] ${message}\n`;
  try {
    const calls = ["[host->vm] proxy_on_log(2)", "[vm->host] env.proxy_done()", "[vm<-host] env.proxy_done return: 1"];
    writeFileSync(log, [...calls.map((message) => said(1, message)), said(2, "[host->vm] proxy_on_tick(1)")].join(""));
    const { code, out } = await meltemi("trace", "--envoy-log", log);
    expect([code, out]).toEqual([
      0,
      "thread 1\nproxy_on_log(2)\n  proxy_done() = NotFound\n\nthread 2\nproxy_on_tick(1)\n",
    ]);
    writeFileSync(log, "nothing of the kind\n");
    const none = await meltemi("trace", "--envoy-log", log);
    expect([none.code, none.err]).toEqual([1, expect.stringContaining("with --component-log-level wasm:trace")]);
    const neither = await meltemi("trace");
    expect([neither.code, neither.err]).toEqual([1, expect.stringContaining("expected a module, or --envoy-log")]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
