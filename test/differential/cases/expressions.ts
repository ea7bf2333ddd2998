import type { Case } from "../case.js";

/** Expressions whose value is the same wherever the test runs; what is no expression; what fails. */
const EXPRESSIONS = [
  ...["1+2", "'a'+'b'", "true", "1.5", "null", "1u", "-1", "b'abc'", "[1,2]", "[1,'a']", "{'a':1}", "{'a':'b'}"],
  ...["1/0", "1 + 1u", "1 == 1.0", "9223372036854775807 + 1", "5 % 3", "0x1F", "'ä'", "size('äö')", "[1,[2]]", "{1:2}"],
  ...["1 +", "", "((1))", "a b", "has(request.headers['x-a'])", "has(1)", "'a", "x.all(", "// nothing"],
  ...[
    "foo(1)",
    "'A'.lowerAscii()",
    "'a'.split('/')",
    "optional.of(1)",
    "startsWith('a','b')",
    "'a'.startsWith()",
    "matches('ab', 'a.')",
    "contains('ab', 'b')",
  ],
  ...["type(1)", "type(1) == int", "int", "dyn(1)", "int('12')", "int('x')", "double(1)", "string(1)", "bool('true')"],
  ...["[1,2].all(x, x>0)", "[1,2].exists(x, x>1)", "[1,2].map(x, x*2)", "[1,2].filter(x, x>1)", "[3][0]", "[3][1]"],
  ...["true ? 1 : 2", "1 in [1]", "true || nope", "false && nope", "nope || true", "nope", "nope.nope", "!true"],
  ...["timestamp('2020-01-01T00:00:00Z')", "duration('1s')", "duration('x')", "duration('90s').getMinutes()"],
  ...["timestamp('2020-01-01T00:00:00Z').getFullYear()", "timestamp('2020-01-01T00:00:00Z') + duration('1s')"],
  ...["request", "request.path", "request.path == '/a?b=1'", "request.path.startsWith('/a')", "size(request.path)"],
  ...[
    "request.path.matches('^/a.*')",
    "request.path.contains('b')",
    "request.path + 1",
    "request.nope",
    "request.query",
  ],
  ...[
    "request['path']",
    "request.method in ['GET', 'POST']",
    "has(request.path)",
    "has(request.nope)",
    "request.size + 1",
  ],
  ...["request.headers['x-a']", "request.headers['X-A']", "request.headers['none']"],
  ...["'x-a' in request.headers", "'none' in request.headers", "size(request.headers)", "request.headers.none"],
  ...["has(request.headers.host)", "request.headers.exists(h, h == 'x-a')", "request.headers['x-u']", "size(request)"],
  ...[
    "request.time > timestamp('2020-01-01T00:00:00Z')",
    "request.duration >= duration('0s')",
    "type(request.time) == int",
  ],
  ...["response.code", "response.code == 200", "response.headers['x-echo']", "response.flags", "response.nope"],
  ...["connection.id > 0u", "connection.id + 1", "connection.mtls", "connection_id > 0u", "source.port > 0"],
  ...["upstream.request_attempt_count", "upstream.request_attempt_count == 1", "upstream.port > 0"],
  ...["upstream.request_attempt_count + 1u", "metadata", "metadata.filter_metadata", "metadata.nope", "xds"],
  ...["xds.route_name", "xds.cluster_name + '!'", "xds.node.id", "xds.node.nope", "node.id", "plugin_name"],
  ...["plugin_root_id", "filter_state", "filter_state['wasm.k']", "k", "wasm.k", "string(k)", "xds.route_metadata"],
];

/** A text as the probe reads an argument. */
function escaped(text: string): string {
  const byte = (value: number) => `%${value.toString(16).padStart(2, "0")}`;
  return text === "" ? "_" : Array.from(Buffer.from(text), byte).join("");
}

const token = (number: number) => `%${(number % 256).toString(16).padStart(2, "0")}%00%00%00`;
const create = EXPRESSIONS.map((text) => `foreign expr_create ${escaped(text)}`);
const evaluate = EXPRESSIONS.map((_, number) => `foreign expr_evaluate ${token(number)}`);

/** What has another value each time. */
const OF_UPSTREAM = [
  "has(upstream.local_address)",
  "upstream.cx_pool_ready_duration > duration('0s')",
  "upstream.cx_pool_ready_duration < duration('60s')",
  "response.backend_latency > duration('0s')",
  "response.backend_latency < duration('60s')",
  "request.duration > duration('0s')",
  "source.address.startsWith('127.0.0.1:')",
  "source.port > 0",
  "destination.address.startsWith('127.0.0.1:')",
  "destination.port > 0",
  "upstream.address.startsWith('127.0.0.1:')",
  "upstream.port > 0",
  "connection.id > 0u",
];
const ofUpstream = OF_UPSTREAM.map((_, number) => `foreign expr_evaluate ${token(number)}`).join("; ");

/** expr_create, expr_evaluate, expr_delete: CEL over a context's properties. */
export const EXPRESSION_CASES: readonly Case[] = [
  {
    name: "expressions",
    configuration: [
      `configure: ${create.join("; ")}`,
      `request_headers: setprop k v; ${evaluate.join("; ")}`,
      `response_headers: ${evaluate.join("; ")}`,
      `log: ${evaluate.join("; ")}`,
    ].join("\n"),
    http: [
      {
        path: "/a?b=1",
        headers: [
          ["x-a", "1"],
          ["x-a", "2"],
          ["x-u", "\u00c3\u00a4"],
        ],
      },
    ],
  },
  {
    name: "expressions-tcp",
    configuration: `configure: ${create.join("; ")}\ndownstream_data: ${evaluate.join("; ")}`,
    tcp: [{ writes: ["x"], expect: 1 }],
  },
  {
    name: "expressions-tokens",
    configuration: [
      "request_headers: foreign expr_evaluate _; foreign expr_evaluate x; foreign expr_evaluate %00%00%00%00; " +
        "foreign expr_delete _; foreign expr_delete %09%00%00%00; foreign expr_create 1; foreign expr_create foo%281%29; " +
        "foreign expr_create 2; foreign expr_delete %00%00%00%00; foreign expr_evaluate %00%00%00%00; " +
        "foreign expr_create 3; foreign expr_evaluate %03%00%00%00; foreignquiet expr_create 4; foreign expr_create request.path",
      "response_headers: foreign expr_evaluate %02%00%00%00; foreign expr_create 5",
      "log: foreign expr_evaluate %05%00%00%00",
    ].join("\n"),
    http: [{}],
  },
  {
    name: "expressions-upstream",
    configuration: [
      `configure: ${OF_UPSTREAM.map((text) => `foreign expr_create ${escaped(text)}`).join("; ")}`,
      ...["request_headers", "response_headers", "response_body", "log"].map((at) => `${at}: ${ofUpstream}`),
    ].join("\n"),
    http: [{}],
  },
  {
    name: "expressions-upstream-tcp",
    configuration: [
      `configure: ${OF_UPSTREAM.map((text) => `foreign expr_create ${escaped(text)}`).join("; ")}`,
      ...["new_connection", "upstream_data", "log"].map((at) => `${at}: ${ofUpstream}`),
    ].join("\n"),
    tcp: [{ writes: ["x"], expect: 1 }],
  },
  {
    name: "expressions-effective",
    configuration:
      "request_headers: foreign expr_create request.path; tick 20; return 1\n" +
      "tick: foreign expr_evaluate %00%00%00%00; effective 2; foreign expr_evaluate %00%00%00%00; " +
      "foreign expr_create 7; continue 0; tick 0",
    http: [{ path: "/effective" }],
  },
];
