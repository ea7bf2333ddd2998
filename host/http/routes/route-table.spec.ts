import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { FilterConfigSchema } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { RouteConfigurationSchema } from "../../../xds/gen/envoy/config/route/v3/route_pb.js";
import { typeRegistry } from "../../../xds/index.js";
import { HeaderMap } from "../headers/index.js";
import { compileRouteTable, type FormatContext, type ForwardAction, type Route, type RouteTable } from "./index.js";

const url = (name: string) => `type.googleapis.com/${name}`;

function table(...virtualHosts: JsonObject[]): RouteTable {
  return compileRouteTable(fromJson(RouteConfigurationSchema, { name: "r", virtualHosts }, { registry: typeRegistry }));
}

function oneHost(...routes: JsonObject[]): RouteTable {
  return table({ name: "v", domains: ["*"], routes });
}

function request(path: string, ...pairs: [string, string][]): HeaderMap {
  return new HeaderMap([[":method", "GET"], [":path", path], [":authority", "a.com"], ...pairs]);
}

function cluster(route: Route | undefined): string | undefined {
  return route?.action.kind === "forward" ? route.action.cluster : route?.action.kind;
}

function forward(route: Route | undefined): ForwardAction {
  if (route?.action.kind !== "forward") throw new Error("no forward action");
  return route.action;
}

const to = (name: string): JsonObject => ({ route: { cluster: name } });

describe("route matching", () => {
  it.each<[JsonObject, string, boolean]>([
    [{ prefix: "/a" }, "/ab", true],
    [{ prefix: "/a" }, "/b", false],
    [{ path: "/a" }, "/a?x=1", true],
    [{ path: "/a" }, "/a/", false],
    [{ path: "/A", caseSensitive: false }, "/a", true],
    [{ pathSeparatedPrefix: "/a" }, "/a/b", true],
    [{ pathSeparatedPrefix: "/a" }, "/ab", false],
    [{ safeRegex: { regex: "/[ab]+" } }, "/abba?c", true],
    [{ safeRegex: { regex: "/[ab]" } }, "/abba", false],
    [{ connectMatcher: {} }, "/", false],
    [{ prefix: "/", queryParameters: [{ name: "q", stringMatch: { exact: "1" } }] }, "/?q=1", true],
    [{ prefix: "/", queryParameters: [{ name: "q", presentMatch: true }] }, "/", false],
  ])("%j on %s: %s", (match, path, expected) => {
    expect(oneHost({ match, ...to("c") }).route(request(path), 0) !== undefined).toBe(expected);
  });

  it("takes the first route whose conditions all hold", () => {
    const headers = [
      { name: "user", stringMatch: { exact: "Jason" } },
      { name: "x", presentMatch: true },
    ];
    const routes = oneHost({ match: { prefix: "/", headers }, ...to("v2") }, { match: { prefix: "/" }, ...to("v1") });
    expect(cluster(routes.route(request("/", ["user", "Jason"], ["x", ""]), 0))).toBe("v2");
    expect(cluster(routes.route(request("/", ["user", "Jason"]), 0))).toBe("v1");
  });

  it("takes CONNECT requests by connect_matcher, which have no path", () => {
    const routes = oneHost({ match: { connectMatcher: {} }, ...to("c") });
    const connect = new HeaderMap([
      [":method", "CONNECT"],
      [":authority", "a"],
    ]);
    expect(cluster(routes.route(connect, 0))).toBe("c");
  });

  it("finds virtual hosts: exact, longest suffix, longest prefix, any", () => {
    const names = ["*", "a.com", "*.com", "*.b.com", "www.*", "www.b.*"];
    const routes = table(
      ...names.map((name) => ({ name, domains: [name], routes: [{ match: { prefix: "/" }, ...to(name) }] })),
    );
    const found = (authority: string) => {
      const headers = request("/");
      headers.set(":authority", authority);
      return cluster(routes.route(headers, 0));
    };
    expect(["A.com", "x.com", "x.b.com", "www.org", "www.b.org", "org", ""].map(found)).toEqual([
      "a.com",
      "*.com",
      "*.b.com",
      "www.*",
      "www.b.*",
      "*",
      "*",
    ]);
  });

  it("splits by weight over the stream's random number", () => {
    const clusters = [
      { name: "a", weight: 30 },
      { name: "b", weight: 0 },
      { name: "c", weight: 70 },
    ];
    const routes = oneHost({ match: { prefix: "/" }, route: { weightedClusters: { clusters } } });
    const chosen = Array.from({ length: 100 }, (_, random) => cluster(routes.route(request("/"), random)));
    expect(chosen.filter((name) => name === "a").length).toBe(30);
    expect(chosen.filter((name) => name === "c").length).toBe(70);
  });
});

describe("what a route says", () => {
  it("keeps the default timeout of 15 s and retries once", () => {
    const routes = oneHost(
      { match: { path: "/a" }, route: { cluster: "c", timeout: "0s", retryPolicy: { retryOn: "5xx, reset" } } },
      { match: { path: "/b" }, route: { cluster: "c", requestMirrorPolicies: [{ cluster: "m" }] } },
    );
    const a = forward(routes.route(request("/a"), 0));
    const b = forward(routes.route(request("/b"), 0));
    expect([a.timeout, b.timeout]).toEqual([0, 15_000]);
    expect([[...(a.retry?.on ?? [])], a.retry?.numRetries, b.retry]).toEqual([["5xx", "reset"], 1, undefined]);
    expect(b.mirrors.map((mirror) => [mirror.cluster, mirror.hostSuffix])).toEqual([["m", true]]);
  });

  it("hashes a header: xxHash64 of its value", () => {
    const hashPolicy = [{ header: { headerName: "X-User" } }];
    const { hash } = forward(
      oneHost({ match: { prefix: "/" }, route: { cluster: "c", hashPolicy } }).route(request("/"), 0),
    );
    expect(hash?.({ headers: request("/"), sourceIp: "1" })).toBeUndefined();
    // The published test value of XXH64 for "xxhash" with seed 0.
    expect(hash?.({ headers: request("/", ["x-user", "xxhash"]), sourceIp: "1" })).toBe(0x32dd38952c4bc720n);
  });

  it("changes headers from the most specific level outwards", () => {
    const add = (value: string, appendAction = "APPEND_IF_EXISTS_OR_ADD") => [
      { header: { key: "X-L", value }, appendAction },
    ];
    const routes = table({
      name: "v",
      domains: ["*"],
      requestHeadersToAdd: add("host"),
      responseHeadersToRemove: ["x-secret"],
      routes: [
        {
          name: "one",
          match: { prefix: "/" },
          requestHeadersToAdd: add("route %ROUTE_NAME% %REQ(:path)% %%"),
          route: {
            weightedClusters: { clusters: [{ name: "c", weight: 1, requestHeadersToAdd: add("cluster") }] },
          },
        },
      ],
    });
    const headers = request("/p");
    const route = routes.route(headers, 0);
    const context: FormatContext = {
      info: {
        startTime: 0,
        dynamicMetadata: {},
        filterState: new Map(),
        upstreamAttempts: 0,
        responseFlags: new Set(),
      },
      protocol: "HTTP/2",
      localAddress: "127.0.0.1:1",
      remoteAddress: "127.0.0.1:2",
      routeName: route?.name ?? "",
      requestHeaders: headers,
    };
    for (const mutate of route?.requestMutations ?? []) mutate(headers, context);
    expect(headers.all("x-l")).toEqual(["cluster", "route one /p %", "host"]);
    const response = new HeaderMap([["x-secret", "1"]]);
    for (const mutate of route?.responseMutations ?? []) mutate(response, context);
    expect(response.size).toBe(0);
  });

  it("rewrites path and host and keeps the original path", () => {
    const routes = oneHost(
      { match: { prefix: "/old" }, route: { cluster: "c", prefixRewrite: "/new", hostRewriteLiteral: "b.com" } },
      {
        match: { prefix: "/" },
        route: { cluster: "c", regexRewrite: { pattern: { regex: "/(x)(.)" }, substitution: "/\\2\\1" } },
      },
    );
    const first = request("/old/x?q");
    forward(routes.route(first, 0)).rewrite?.(first);
    expect([first.get(":path"), first.get(":authority"), first.get("x-envoy-original-path")]).toEqual([
      "/new/x?q",
      "b.com",
      "/old/x?q",
    ]);
    const second = request("/xyz");
    forward(routes.route(second, 0)).rewrite?.(second);
    expect(second.get(":path")).toBe("/yxz");
  });

  it("answers directly and redirects", () => {
    const routes = oneHost(
      { match: { path: "/no" }, directResponse: { status: 403, body: { inlineString: "no" } } },
      { match: { prefix: "/" }, redirect: { httpsRedirect: true, pathRedirect: "/b" } },
    );
    const direct = routes.route(request("/no"), 0)?.action;
    expect(direct?.kind === "direct" && [direct.status, Buffer.from(direct.body).toString()]).toEqual([403, "no"]);
    const moved = routes.route(request("/x?q"), 0)?.action;
    expect(moved?.kind === "redirect" && [moved.status, moved.location(request("/x?q"))]).toEqual([
      301,
      "https://a.com/b?q",
    ]);
  });

  it("gives filters their most specific configuration, wrapper off", () => {
    const wrapped = { "@type": url(FilterConfigSchema.typeName), config: {} };
    const disabled = { "@type": url(FilterConfigSchema.typeName), disabled: true };
    const routes = table({
      name: "v",
      domains: ["*"],
      typedPerFilterConfig: { f: disabled, g: disabled },
      routes: [{ match: { prefix: "/" }, ...to("c"), typedPerFilterConfig: { f: wrapped } }],
    });
    const route = routes.route(request("/"), 0);
    expect([route?.filterConfig("f")?.disabled, route?.filterConfig("g")?.disabled]).toEqual([false, true]);
    expect(route?.filterConfig("h")).toBeUndefined();
  });
});

describe("refusals", () => {
  it.each<[JsonObject, string]>([
    [{ match: { prefix: "/" }, filterAction: {} }, "virtual_hosts[0].routes[0].filter_action: not implemented"],
    [{ match: { prefix: "/", tlsContext: {} }, ...to("c") }, "virtual_hosts[0].routes[0].match.tls_context: not impl"],
    [{ match: {}, ...to("c") }, "virtual_hosts[0].routes[0].match: expected one of prefix"],
    [{ match: { prefix: "/" } }, "virtual_hosts[0].routes[0]: expected one of route"],
    [
      { match: { prefix: "/" }, route: { cluster: "c", retryPolicy: { retryOn: "sometimes" } } },
      "virtual_hosts[0].routes[0].route.retry_policy.retry_on: 'sometimes' is not implemented",
    ],
    [
      { match: { prefix: "/" }, route: { weightedClusters: { clusters: [{ name: "a", weight: 0 }] } } },
      "virtual_hosts[0].routes[0].route.weighted_clusters: Sum of weights",
    ],
    [
      { match: { prefix: "/" }, ...to("c"), requestHeadersToAdd: [{ header: { key: "a", value: "%NOPE%" } }] },
      "virtual_hosts[0].routes[0].request_headers_to_add[0].header.value: format command %NOPE% is not implemented",
    ],
  ])("%j", (route, message) => {
    expect(() => oneHost(route)).toThrow(message);
  });

  it("two virtual hosts with one domain", () => {
    expect(() => table({ name: "a", domains: ["x"] }, { name: "b", domains: ["X"] })).toThrow(
      "virtual_hosts[1].domains[0]: Only unique values for domains are permitted",
    );
  });
});
