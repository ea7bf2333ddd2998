import type { Case } from "../case.js";

const GET = ":method=GET,:path=/called,:authority=callee";

/** What is told of a call that came to nothing. */
const ENDED =
  "http_call_response: status; size 6; pairs 6; get 6 :status; buf 4 0 999; bufstat 4; pairs 7; effective 2; continue 0";

/** Calls out of a module, and what it shares. */
export const CALLS: readonly Case[] = [
  {
    name: "call-http",
    configuration:
      `request_headers: http http ${GET},x-c=1 _ 1000; return 1\n` +
      "http_call_response: get 6 :status; get 6 x-echo; buf 4 0 20; bufstat 4; pairs 7; status; effective 2; set 0 x-called 1; continue 0",
    http: [{ path: "/caller" }],
  },
  {
    name: "call-http-body",
    configuration:
      "request_headers: http http :method=POST,:path=/called,:authority=callee body 1000; return 1\n" +
      "http_call_response: buf 4 0 999; effective 2; local 200 _ _ _ -1",
    http: [{}],
  },
  {
    name: "call-http-refused",
    configuration:
      `request_headers: http none ${GET} _ 1000; http http :method=GET,:path=/ _ 1000; http http :path=/,:authority=a _ 0; ` +
      "http http _ _ 0; http _ _ _ 0; grpc none s m x; grpc http s m x; grpc %ff s m x; stream none s m; send 4 x 0; cancel 9; grpcclose 9",
    http: [{}],
  },
  {
    name: "call-http-trailers",
    configuration:
      "request_headers: http http :method=POST,:path=/called/trailers,:authority=callee body 1000 x-t=v; return 1\n" +
      "http_call_response: pairs 7; get 7 x-end; buf 4 0 999; status; effective 2; continue 0",
    http: [{}],
  },
  {
    name: "call-http-to-empty",
    configuration: `request_headers: http empty ${GET} body 150; http http ${GET} _ 1000; status\nhttp_call_response: status; get 6 :status`,
    http: [{}],
    until: /get 0 '200'/,
  },
  ...["refused", "silent"].map((cluster) => ({
    name: `call-http-to-${cluster}`,
    configuration: `request_headers: http ${cluster} ${GET} body 150; return 1\n${ENDED}`,
    http: [{}],
  })),
  {
    name: "call-http-given-up",
    configuration: `request_headers: http silent ${GET} _ 60000; local 200 _ _ _ -1\n${ENDED}`,
    http: [{}],
  },
  {
    name: "call-buffers-and-maps-that-there-are-not",
    configuration:
      "request_headers: bufstat 9; buf 9 0 1; setbuf 9 0 0 x; size 8; size 9; pairs 8; pairs 9; get 8 x; get 9 x; add 8 x y; set 9 x y; del 8 x; " +
      "del 9 x; setpairs 8 a=b; setraw 9 x; buf 6 0 9; buf 7 0 9; bufstat 6; bufstat 7; setbuf 6 0 0 x; setbuf 7 0 0 x; buf 4 0 9; buf 5 0 9; " +
      "buf 8 0 9; bufstat 8; get 6 :status; get 4 x; pairs 4; pairs 5; pairs 6; size 6; size 2; set 2 a b; del 2 a; setpairs 2 a=b; set 4 a b; " +
      "set 6 a b; set 1 a b; setraw 1 x",
    http: [{}],
  },
  {
    name: "call-buffer-edges",
    configuration:
      "request_headers: del 0 content-length\nrequest_body: buf 0 -1 1; buf 0 0 -1; buf 0 5 1; buf 0 4 1; buf 0 4 99; setbuf 0 -1 0 x; setbuf 0 5 0 y; setbuf 0 1 0 z; setbuf 0 1 99 z; " +
      "setbuf 0 0 -1 new; buf 0 0 99; setbuf 0 99 99 end; buf 0 0 99",
    http: [{ body: ["hello"] }],
  },
  {
    name: "call-maps-too-large",
    configuration:
      "request_headers: setmany 2 3 1; setmany 0 1024 1; size 0; setmany 0 1025 1; size 0; setmany 0 2 524270; size 0; setmany 0 2 524280; size 0; " +
      "setmany 0 0 0; size 0; local 200 _ done _ -1",
    http: [{}],
  },
  {
    name: "call-dns",
    configuration:
      "request_headers: dns 127.0.0.1; return 1\n" +
      "resolve_dns: bufstat 8; buf 8 0 4; buf 8 8 99; buf 8 0 99; effective 2; continue 0",
    http: [{}],
  },
  {
    name: "call-dns-in-vain",
    configuration:
      "request_headers: dns no.such.name.invalid; return 1\nresolve_dns: bufstat 8; effective 2; continue 0",
    http: [{}],
  },
  {
    name: "call-foreign",
    configuration:
      "request_headers: foreign nothing x; foreign compress aaaaaaaaaa; foreign uncompress nonsense; foreign clear_route_cache _; " +
      "foreign set_envoy_filter_state %0a%01a%12%01b; foreign declare_property %0a%01z; foreign declare_property %0a%01z; setprop z 1; prop z; " +
      "foreign verify_signature _; foreign sign _; foreignquiet compress x",
    http: [{}],
  },
  {
    name: "call-shared",
    configuration:
      "request_headers: sharedget k; sharedset k v 9; sharedget k; sharedset k w 7; sharedset k _ 0; sharedget k; " +
      "queue q; dequeue 2; dequeue 99; resolve _ q; resolve call-shared q; resolve none q; enqueue 99 x",
    http: [{}],
  },
  // The next two are a pair: what the first VM puts into the second's queue is in the second's log.
  {
    name: "call-queue-of-another",
    configuration:
      "request_headers: resolve call-queue q; resolve call-queue none; enqueue 1 for%20you; enqueue 1 _; dequeue 99; sharedget k",
    http: [{}],
  },
  {
    name: "call-queue",
    configuration: "configure: queue q; queue q\nqueue_ready: dequeue 1; dequeue 1; dequeue 1",
    http: [{}],
  },
  {
    name: "call-metrics",
    configuration:
      "request_headers: metric 0 call-metrics.count; metric 1 call-metrics.gauge; metric 2 call-metrics.time; metric 3 call-metrics.no; " +
      "metric 0 call-metrics.count; inc 4 2; inc 8 3; inc 4 -1; inc 4 0; value 4; value 8; rec 4 5; value 4; inc 5 7; inc 5 -2; value 5; " +
      "rec 5 40; value 5; rec 6 9; inc 6 1; value 6; inc 40 1; rec 40 1; value 40; value 41; value 42",
    http: [{}],
  },
  {
    name: "call-other",
    configuration:
      "request_headers: level; status; done; effective 99; effective 0; tick 0; say 0 t; say 1 d; say 3 w; say 4 e; say 5 c; say 6 x; " +
      "continue 2; continue 3; continue 4; close 4; setprop a b; prop a; prop filter_state%00wasm.a",
    http: [{}],
  },
];
