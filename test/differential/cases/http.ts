import type { Case } from "../case.js";

const ALL = "size 0; pairs 0; bufstat 0; bufstat 1; buf 0 0 99; get 0 :path; get 2 :status; get 1 x; get 3 x";

/** What a filter sees and does of a request and its response. */
export const HTTP: readonly Case[] = [
  {
    name: "http-get",
    configuration: `request_headers: ${ALL}\nresponse_headers: ${ALL}\nresponse_body: ${ALL}\nlog: ${ALL}\ndone: ${ALL}`,
    http: [
      {
        path: "/a?b=1",
        headers: [
          ["X-A", "1"],
          ["x-a", "2"],
        ],
      },
    ],
  },
  {
    name: "http-post",
    configuration: `request_headers: ${ALL}\nrequest_body: ${ALL}\nresponse_body: buf 1 0 4`,
    http: [{ path: "/a", body: ["hello"] }],
  },
  {
    name: "http-headers-changed",
    configuration:
      "request_headers: add 0 x-new v; set 0 x-a one; del 0 x-b; set 0 :path /other; add 0 X-Upper U; set 0 x-none made; " +
      "add 0 x-empty _; pairs 0\nresponse_headers: add 2 x-new r; set 2 x-echo once; del 2 content-length; set 2 :status 201",
    http: [
      {
        headers: [
          ["x-a", "1"],
          ["x-a", "2"],
          ["x-b", "3"],
        ],
      },
    ],
  },
  {
    name: "http-host-by-name",
    configuration:
      "request_headers: get 0 host; set 0 host other; get 0 :authority; add 0 host x; get 0 :authority; pairs 0; size 0; " +
      "del 0 host; pairs 0; set 0 host back; prop request%00headers%00host\nresponse_headers: get 2 host; set 2 host r; get 2 host",
    http: [{}],
  },
  {
    name: "http-headers-replaced",
    configuration:
      "request_headers: setpairs 0 :method=PUT,:path=/set,:authority=else,:scheme=http,x=y,x=z; size 0; setraw 0 nonsense; size 0",
    http: [{}],
  },
  {
    name: "http-chunks-buffered",
    configuration: "request_body: buf 0 0 99; bufstat 0; return 1\nlog: bufstat 0",
    http: [{ body: ["first", "second", "third"] }],
  },
  {
    name: "http-chunks-changed",
    configuration: "request_body: buf 0 0 99; setbuf 0 0 0 <; setbuf 0 999 0 >; setbuf 0 2 1 --; buf 0 0 99",
    http: [{ body: ["first", "second"] }],
  },
  {
    name: "http-body-emptied",
    configuration: "request_headers: del 0 content-length\nrequest_body: setbuf 0 0 999 _; bufstat 0",
    http: [{ body: ["gone"] }],
  },
  {
    name: "http-response-buffered",
    configuration:
      "response_headers: del 2 content-length\nresponse_body: bufstat 1; setbuf 1 0 4 EDIT; return 1\nresponse_trailers: buf 1 0 99",
    http: [{ path: "/trailers" }],
  },
  {
    name: "http-trailers",
    configuration:
      "request_trailers: pairs 1; add 1 x-more m; get 1 x-t\nresponse_trailers: pairs 3; set 3 x-end no; add 3 x-more m",
    http: [{ path: "/trailers", body: ["a", "b"], trailers: [["x-t", "v"]] }],
  },
  {
    name: "http-trailers-made",
    configuration: "request_body: add 1 x-made 1; get 1 x-made\nresponse_body: bufstat 1",
    http: [{ body: ["a", "b"] }],
  },
  {
    name: "http-local-reply",
    configuration:
      "request_headers: local 403 why no X-A=1,x-b=2 7; get 0 :path\nresponse_headers: pairs 2; add 2 y z\nresponse_body: buf 1 0 99",
    http: [{ path: "/local" }, { method: "HEAD", path: "/head" }],
  },
  {
    name: "http-local-reply-empty",
    configuration: "request_headers: local 204 _ _ _ -1",
    http: [{}, { headers: [["content-type", "application/grpc"]] }],
  },
  {
    name: "http-local-reply-from-body",
    configuration: "request_body: local 413 big too%20big _ -1",
    http: [{ body: ["body"] }],
  },
  {
    name: "http-local-reply-from-response",
    configuration: "response_headers: local 500 late replaced x=y -1\nresponse_body: buf 1 0 99",
    http: [{}],
  },
  {
    name: "http-stopped",
    configuration:
      "request_headers: tick 20; return 1\ntick: effective 2; get 0 :path; set 0 x-late yes; continue 0; get 0 :path; tick 0",
    http: [{ path: "/stopped", body: ["waits"] }],
  },
  {
    name: "http-response-stopped",
    configuration:
      "response_headers: tick 20; return 1\ntick: effective 2; get 2 :status; set 2 x-late yes; continue 1; tick 0",
    http: [{}],
  },
  {
    name: "http-headers-stopped-alone",
    configuration: "request_headers: return 1\nrequest_body: get 0 :path; return 0\nresponse_headers: return 1",
    allowOnHeadersStopIteration: true,
    http: [{ body: ["first", "second"] }],
  },
  {
    name: "http-statuses",
    configuration:
      "request_headers: return 2\nresponse_headers: return 3; tick 20\ntick: effective 2; continue 1; tick 0",
    http: [{ body: ["first", "second"] }],
  },
  {
    name: "http-closed",
    configuration: "request_headers: close 0; return 1",
    http: [{}],
  },
  {
    name: "http-closed-by-response",
    configuration: "response_headers: close 1",
    http: [{}],
  },
  {
    name: "http-done-later",
    configuration: "done: return 0; tick 20\ntick: done; effective 2; done; tick 0",
    http: [{}],
    until: /^info tick/,
  },
  {
    name: "http-routed-by-a-new-header",
    configuration: "request_headers: prop xds%00route_name; set 0 x-route other; prop xds%00route_name",
    http: [{}],
  },
  {
    name: "http-routed-anew",
    configuration:
      "request_headers: prop xds%00route_name; add 0 x-route other; foreignquiet clear_route_cache _; prop xds%00route_name",
    http: [{}],
  },
  {
    name: "http-routed-after-all",
    configuration: "request_headers: set 0 x-route other",
    http: [{}],
  },
  {
    name: "http-no-path",
    configuration: "request_headers: del 0 :path",
    http: [{}],
  },
  {
    name: "http-no-host",
    configuration: "request_headers: del 0 :authority; pairs 0",
    http: [{}],
  },
  {
    name: "http-no-method",
    configuration: "request_headers: del 0 :method",
    http: [{}],
  },
  {
    name: "http-no-status",
    configuration: "response_headers: del 2 :status",
    http: [{}],
  },
  {
    name: "http-hop-by-hop",
    configuration:
      "request_headers: pairs 0\nresponse_headers: get 2 connection; get 2 keep-alive; get 2 transfer-encoding",
    http: [
      {
        path: "/hop",
        headers: [
          ["te", "trailers"],
          ["proxy-connection", "x"],
          ["upgrade", "h2c"],
        ],
      },
    ],
  },
  {
    name: "http-several",
    configuration: "request_headers: sharedget n; sharedset n 1 0; sharedget n",
    http: [{}, {}, {}],
  },
];
