import { expect, it } from "vitest";
import { probeModule } from "../../host/vm/spec/kit.support.js";
import { TestHost } from "../index.js";

/** The lines of a request's callbacks, without those of loading, nor what the probe says of its own results. */
async function traced(program: string): Promise<string[]> {
  const lines: string[] = [];
  const host = new TestHost({ trace: (line) => lines.push(line) });
  const module = await host.load(await probeModule(), { configuration: program });
  lines.length = 0;
  module.http().request({ "x-a": "1" });
  return lines.filter((line) => !line.includes("proxy_log("));
}

it("shows calls with their arguments and answers by name, and nests what a callback asks for", async () => {
  const calls = [
    ...["get 0 x-a", "get 0 none", "add 0 x-b %00%ff", "prop plugin_name", "prop xds%00none", "buf 0 0 9"],
    ...["sharedset k v 0", "sharedget k", "metric 1 live", "local 403 why no x=1 -1", "foreignquiet none x"],
  ];
  expect(await traced(`request_headers: ${calls.join("; ")}; return 1`)).toEqual([
    "proxy_on_context_create(2, 1)",
    "proxy_on_request_headers(2, 5, 1)",
    '  proxy_get_header_map_value(HttpRequestHeaders, "x-a") = "1"',
    '  proxy_get_header_map_value(HttpRequestHeaders, "none") = NotFound',
    '  proxy_add_header_map_value(HttpRequestHeaders, "x-b", <00ff>)',
    '  proxy_get_property(plugin_name) = "test"',
    "  proxy_get_property(xds.none) = NotFound",
    '  proxy_get_buffer_bytes(HttpRequestBody, 0, 9) = ""',
    '  proxy_set_shared_data("k", "v", 0)',
    '  proxy_get_shared_data("k") = "v", 1',
    '  proxy_define_metric(Gauge, "live") = 5',
    '  proxy_send_local_response(403, "why", "no", {x: 1}, -1)',
    '  proxy_call_foreign_function("none", "x") = NotFound',
    "proxy_on_request_headers = 1",
    "proxy_on_response_headers(2, 4, 0)",
    "proxy_on_response_headers = 0",
    "proxy_on_response_body(2, 2, 1)",
    "proxy_on_response_body = 0",
  ]);
});

it("shows a trap, and what was asked before it", async () => {
  expect(await traced("request_headers: tick 10; trap")).toEqual([
    "proxy_on_context_create(2, 1)",
    "proxy_on_request_headers(2, 5, 1)",
    "  proxy_set_tick_period_milliseconds(10)",
    "proxy_on_request_headers died: unreachable",
  ]);
});
