import { expect, it } from "vitest";
import { EnvoyLogTrace } from "./envoy-log.js";

const line = (message: string, thread = 7, level = "trace") =>
  `[2026-11-26 12:01:07.189][${thread}][${level}][wasm] [source/extensions/common/wasm/wasm_vm.cc:39] ${message}`;

/** Indented, with the thread in front where it is not the usual one. */
function traced(...lines: string[]): string[] {
  const log = new EnvoyLogTrace();
  const events = lines.map((text) => log.read(text)).filter((event) => event !== undefined);
  return events.map(({ thread, depth, text }) => `${thread === "7" ? "" : `${thread}: `}${"  ".repeat(depth)}${text}`);
}

it("tells callbacks, and within them host calls with their answers", () => {
  expect(
    traced(
      "[2026-11-26 12:01:07.031][7][warning][main] [source/server/server.cc:1059] something else",
      line("[host->vm] proxy_on_configure(1, 74)"),
      line("[vm->host] env.proxy_get_buffer_bytes(7, 0, 74, 3536, 3540)"),
      line("[host->vm] proxy_on_memory_allocate(74)"),
      line("[host<-vm] proxy_on_memory_allocate return: 39136"),
      line("[vm<-host] env.proxy_get_buffer_bytes return: 0"),
      line("[host<-vm] proxy_on_configure return: 1"),
      line("[host->vm] proxy_on_request_headers(2, 11, 0)"),
      line("[vm->host] env.proxy_get_property(63648, 65, 3536, 3540)"),
      line("[vm<-host] env.proxy_get_property return: 1"),
      line("[vm->host] env.proxy_replace_header_map_value(0, 61472, 1, 63984, 12)"),
      line("[vm<-host] env.proxy_replace_header_map_value return: 0"),
      line("[vm->host] env.proxy_increment_metric(5, 18446744073709551615)"),
      line("[vm<-host] env.proxy_increment_metric return: 0"),
      line("[host<-vm] proxy_on_request_headers return: 0"),
      line("[host->vm] proxy_on_log(2)"),
      line("[host<-vm] proxy_on_log return: void"),
    ),
  ).toEqual([
    "proxy_on_configure(1, 74)",
    "  proxy_get_buffer_bytes(PluginConfiguration, 0, 74)",
    "proxy_on_configure = 1",
    "proxy_on_request_headers(2, 11, 0)",
    "  proxy_get_property(<65 bytes>) = NotFound",
    "  proxy_replace_header_map_value(HttpRequestHeaders, <1 byte>, <12 bytes>)",
    "  proxy_increment_metric(5, -1)",
    "proxy_on_request_headers = 0",
    "proxy_on_log(2)",
  ]);
});

it("knows what a module logged, and that it died", () => {
  expect(
    traced(
      line("[host->vm] proxy_on_tick(1)"),
      line("[vm->host] env.proxy_log(2, 100, 5)"),
      line("wasm log hm hm: hello: you", 7, "info"),
      line("[vm<-host] env.proxy_log return: 0"),
      line("[vm->host] wasi_snapshot_preview1.clock_time_get(0, 1, 2)"),
      line("[vm<-host] wasi_snapshot_preview1.clock_time_get return: 0"),
      line("Function: proxy_on_tick failed: Uncaught RuntimeError: unreachable", 7, "critical"),
      line("[host->vm] proxy_on_tick(1)"),
    ),
  ).toEqual([
    "proxy_on_tick(1)",
    '  proxy_log("hello: you")',
    "  clock_time_get(0, 1, 2) = 0",
    "proxy_on_tick died: Uncaught RuntimeError: unreachable",
    "proxy_on_tick(1)",
  ]);
});

it("keeps threads apart, and bears a log that begins in the middle", () => {
  expect(
    traced(
      line("[vm<-host] env.proxy_log return: 0"),
      line("[host<-vm] proxy_on_log return: void"),
      line("[host->vm] proxy_on_tick(1)"),
      line("[host->vm] proxy_on_tick(1)", 8),
      line("[vm->host] env.proxy_done()", 8),
      line("[vm<-host] env.proxy_done return: 1", 8),
      line("[host<-vm] proxy_on_tick return: void"),
    ),
  ).toEqual(["proxy_on_tick(1)", "8: proxy_on_tick(1)", "8:   proxy_done() = NotFound"]);
});
