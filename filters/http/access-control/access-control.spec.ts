import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ofMessage, type PropertyValue } from "../../../host/vm/index.js";
import { Bench, FakeHttp, headers, must } from "../../../host/vm/spec/kit.support.js";
import { TestMetrics } from "../../../testing/index.js";
import { MetadataSchema } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";

const CODE = readFileSync(new URL("../../../build/wasm/http/access-control.wasm", import.meta.url));
const CONTINUE = 0;

const options = (configuration: object) => ({
  name: "access-control",
  rootId: "",
  vm: { vmId: "access-control", code: CODE },
  configuration: Buffer.from(JSON.stringify(configuration)),
});

interface Asked {
  readonly path?: string;
  readonly attributes?: [string, string][];
  /** The first SAN of the peer's certificate. */
  readonly peer?: string;
  readonly peerProperty?: string;
  readonly route?: string;
  readonly serverName?: string;
}

async function world(configuration: object) {
  const metrics = new TestMetrics();
  const bench = new Bench({ metrics });
  const plugin = await bench.load(options(configuration));
  return {
    bench,
    count: (name: string) => Number(metrics.value(`meltemi.access-control.${name}`) ?? 0n),
    send(asked: Asked = {}) {
      const { path = "/svc/op", attributes = [], peer, peerProperty = "uri_san_peer_certificate", route } = asked;
      const http = new FakeHttp();
      http.properties = {
        connection: namespace({
          ...(peer !== undefined && { [peerProperty]: peer }),
          ...(asked.serverName !== undefined && { requested_server_name: asked.serverName }),
        }),
        ...(route !== undefined && { xds: routeSaying(route) }),
      };
      const stream = must(plugin.httpStream(http));
      const status = stream.onRequestHeaders(
        headers([":method", "POST"], [":path", path], [":authority", "svc"], ...attributes),
        false,
      );
      stream.destroy();
      const [reply] = http.replies;
      return { passed: status === CONTINUE, status: reply?.status, details: reply?.details };
    },
  };
}

function namespace(values: Record<string, PropertyValue>): PropertyValue {
  return { kind: "namespace", get: (key) => values[key] };
}

function routeSaying(config: string): PropertyValue {
  const filterMetadata = { "meltemi.access-control": { config } };
  const metadata = ofMessage(MetadataSchema, create(MetadataSchema, { filterMetadata }));
  return namespace({ route_metadata: metadata });
}

/** Whether one rule matches a request: it is the only one of an ALLOW policy. */
async function matches(rule: object, asked: Asked): Promise<boolean> {
  const { send } = await world({ policies: [{ rules: [rule] }] });
  return send(asked).passed;
}

const PEER = "spiffe://cluster.local/ns/shop/sa/cart";
const from = (source: object) => ({ from: [source] });
const to = (operation: object) => ({ to: [operation] });
const when = (...conditions: object[]) => ({ when: conditions });

describe("access-control", () => {
  it("lets everything pass where there are no policies", async () => {
    expect((await world({})).send().passed).toBe(true);
  });

  it("an ALLOW policy without rules allows nothing, a DENY policy without rules denies nothing", async () => {
    const refused = (await world({ policies: [{ action: "allow" }] })).send();
    expect(refused).toEqual({ passed: false, status: 403, details: "rbac_access_denied_matched_policy[none]" });
    expect((await world({ policies: [{ action: "deny" }] })).send().passed).toBe(true);
  });

  it("a rule without tests matches everything", async () => {
    expect(await matches({}, {})).toBe(true);
    expect((await world({ policies: [{ action: "deny", rules: [{}] }] })).send().passed).toBe(false);
  });

  it("deny wins, and names the policy that said so", async () => {
    const deny = { name: "shop/no ops", action: "deny", rules: [to({ operations: ["op"] })] };
    const { send } = await world({ policies: [{ action: "allow", rules: [{}] }, deny] });
    expect(send()).toEqual({
      passed: false,
      status: 403,
      details: "rbac_access_denied_matched_policy[shop/no_ops]",
    });
    expect(send({ path: "/svc/other" }).passed).toBe(true);
  });

  it("of several ALLOW policies one is enough", async () => {
    const allow = (operation: string) => ({ rules: [to({ operations: [operation] })] });
    const { send } = await world({ policies: [allow("a"), allow("b")] });
    expect(["/s/a", "/s/b", "/s/c"].map((path) => send({ path }).passed)).toEqual([true, true, false]);
  });

  it("knows the peer by its certificate: URI, then DNS name, then subject; without one it is nobody", async () => {
    const named = (principal: string) => from({ principals: [principal] });
    expect(await matches(named("cluster.local/ns/shop/sa/cart"), { peer: PEER })).toBe(true);
    expect(await matches(named("cluster.local/ns/shop/sa/other"), { peer: PEER })).toBe(false);
    expect(await matches(named("a.test"), { peer: "a.test", peerProperty: "dns_san_peer_certificate" })).toBe(true);
    expect(await matches(named("CN=a"), { peer: "CN=a", peerProperty: "subject_peer_certificate" })).toBe(true);
    expect(await matches(named("*"), { peer: PEER })).toBe(true);
    expect(await matches(named("*"), {})).toBe(false);
    expect(await matches(named("*"), { peer: "" })).toBe(false);
    expect(await matches(from({ notPrincipals: ["*"] }), {})).toBe(true);
  });

  it("knows the peer of a request that came in again without its client, from the codec alone", async () => {
    const attributes: [string, string][] = [["x-meltemi-peer", PEER]];
    const policies = [{ rules: [from({ principals: ["*"] })] }];
    expect((await world({ policies })).send({ attributes }).passed).toBe(true);
    expect((await world({ policies, attributes: false })).send({ attributes }).passed).toBe(false);
  });

  it("knows the peer's namespace, whole", async () => {
    const inside = (namespace: string, peer?: string) =>
      matches(from({ namespaces: [namespace] }), peer === undefined ? {} : { peer });
    expect(await inside("shop", PEER)).toBe(true);
    expect(await inside("sho*", PEER)).toBe(true);
    expect(await inside("sho", PEER)).toBe(false);
    expect(await inside("cart", PEER)).toBe(false);
    expect(await inside("shop", "spiffe://ns/ns/shop")).toBe(true);
    expect(await inside("shop", "spiffe://cluster.local/sa/ns/shop")).toBe(false);
    expect(await inside("*", "a.test")).toBe(false);
    expect(await inside("*")).toBe(false);
    expect(await matches(from({ notNamespaces: ["shop"] }), { peer: PEER })).toBe(false);
  });

  it("one of from, one of to and all of when must hold, and within each all that it says", async () => {
    const rule = {
      from: [{ principals: ["*cart"], namespaces: ["other"] }, { namespaces: ["shop"] }],
      to: [{ services: ["svc"], notOperations: ["admin*"] }, { services: ["health"] }],
      when: [{ attribute: "User", values: ["jason", "ann"] }],
    };
    const user = (name: string): [string, string][] => [["user", name]];
    expect(await matches(rule, { peer: PEER, attributes: user("ann") })).toBe(true);
    expect(await matches(rule, { peer: PEER, attributes: user("eve") })).toBe(false);
    expect(await matches(rule, { attributes: user("ann") })).toBe(false);
    expect(await matches(rule, { peer: PEER, path: "/svc/adminDrop", attributes: user("ann") })).toBe(false);
    expect(await matches(rule, { peer: PEER, path: "/health/adminDrop", attributes: user("ann") })).toBe(true);
  });

  it("takes service and operation out of the path, with escapes undone", async () => {
    const path = "/a%2Fb%20%E2%9C%93/%6Fp?query/more";
    expect(await matches(to({ services: ["a/b ✓"], operations: ["op"] }), { path })).toBe(true);
    expect(await matches(to({ operations: ["*"] }), { path: "/alone" })).toBe(false);
    expect(await matches(to({ services: ["svc"] }), { path: "*" })).toBe(true);
    expect(await matches(to({ paths: ["/a%2F*"], methods: ["POST"], hosts: ["svc"] }), { path })).toBe(true);
    expect(await matches(to({ notPaths: ["/a%2F*"] }), { path })).toBe(false);
  });

  it("reads attributes in any spelling, and their values as HTTP has them", async () => {
    const has = (value: string) => when({ attribute: "X-Envoy-Group", values: [value] });
    const attributes = (value: string): [string, string][] => [["x-meltemi-a-x-envoy-group", value]];
    expect(await matches(has("a\nb"), { attributes: attributes("a%0Ab") })).toBe(true);
    expect(await matches(has("100%"), { attributes: attributes("100%") })).toBe(true);
    // What a client itself spells as an escape is not what it would stand for.
    expect(await matches(has("admin"), { attributes: attributes("%61dmin") })).toBe(false);
    expect(await matches(when({ attribute: "none", notValues: ["a"] }), {})).toBe(true);
    expect(await matches(when({ attribute: "none", values: ["*"] }), {})).toBe(false);
  });

  it("an attribute that is said twice is allowed by both values, and denied by one", async () => {
    const attributes: [string, string][] = [
      ["user", "jason"],
      ["user", "eve"],
    ];
    const rules = (condition: object) => [when({ attribute: "user", ...condition })];
    const denied = async (condition: object) =>
      !(await world({ policies: [{ action: "deny", rules: rules(condition) }] })).send({ attributes }).passed;
    expect(await matches(when({ attribute: "user", values: ["jason"] }), { attributes })).toBe(false);
    expect(await matches(when({ attribute: "user", values: ["jason", "eve"] }), { attributes })).toBe(true);
    expect(await matches(when({ attribute: "user", notValues: ["eve"] }), { attributes })).toBe(false);
    expect(await denied({ values: ["eve"] })).toBe(true);
    expect(await denied({ notValues: ["jason"] })).toBe(true);
    expect(await denied({ notValues: ["jason", "eve"] })).toBe(false);
  });

  it("what a request asks that no codec can read is not allowed, and is denied", async () => {
    const unread = { path: "/-/-", peer: PEER };
    const denied = async (rule: object) =>
      !(await world({ policies: [{ action: "deny", rules: [rule] }] })).send(unread).passed;
    for (const rule of [
      to({ operations: ["drop"] }),
      to({ notOperations: ["drop"] }),
      to({ paths: ["/svc/*"] }),
      when({ attribute: "user", values: ["eve"] }),
      when({ attribute: "user", notValues: ["eve"] }),
    ]) {
      expect([rule, await matches(rule, unread), await denied(rule)]).toEqual([rule, false, true]);
    }
    expect(await matches(from({ namespaces: ["shop"] }), unread)).toBe(true);
    expect(await denied({ ...from({ namespaces: ["ops"] }), ...to({ operations: ["drop"] }) })).toBe(false);
    const plain = await world({ attributes: false, policies: [{ rules: [to({ operations: ["-"] })] }] });
    expect(plain.send(unread).passed).toBe(true);
  });

  it("reads properties of the proxy", async () => {
    const rule = when({ property: ["connection", "requested_server_name"], values: ["a.test"] });
    expect(await matches(rule, { serverName: "a.test" })).toBe(true);
    expect(await matches(rule, { serverName: "b.test" })).toBe(false);
    expect(await matches(rule, {})).toBe(false);
  });

  it("in plain HTTP, headers are as they are", async () => {
    const rules = [when({ attribute: "X-Request-Id", values: ["100%25"] })];
    const { send } = await world({ attributes: false, policies: [{ rules }] });
    expect(send({ attributes: [["x-request-id", "100%25"]] }).passed).toBe(true);
  });

  it("a shadow policy only counts what it would do beside the others", async () => {
    const deny = { action: "deny", shadow: true, rules: [to({ operations: ["op"] })] };
    const { send, count } = await world({ policies: [deny] });
    expect([send().passed, send({ path: "/svc/other" }).passed]).toEqual([true, true]);
    expect([count("shadow_denied"), count("shadow_allowed"), count("allowed"), count("denied")]).toEqual([1, 1, 2, 0]);

    const allow = (shadow: boolean, operation: string) => ({ shadow, rules: [to({ operations: [operation] })] });
    const alone = await world({ policies: [allow(true, "a")] });
    expect([alone.send({ path: "/s/a" }).passed, alone.send({ path: "/s/b" }).passed]).toEqual([true, true]);
    expect([alone.count("shadow_allowed"), alone.count("shadow_denied")]).toEqual([1, 1]);

    const wider = await world({ policies: [allow(false, "a"), allow(true, "b")] });
    expect(["/s/a", "/s/b"].map((path) => wider.send({ path }).passed)).toEqual([true, false]);
    expect([wider.count("shadow_allowed"), wider.count("shadow_denied"), wider.count("denied")]).toEqual([1, 0, 1]);
  });

  it("a route's policies take the place of the plugin's, and what cannot be read lets nobody in", async () => {
    const { send, count } = await world({ policies: [{ action: "deny", rules: [{}] }] });
    expect(send({ route: '{"policies": []}' }).passed).toBe(true);
    expect(send().passed).toBe(false);
    expect(send({ route: '{"policies": [{"action": "permit"}]}' }).passed).toBe(false);
    expect(send({ route: "{" }).passed).toBe(false);
    expect(count("bad_configurations")).toBe(2);
  });

  it("says what is wrong with a configuration, field by field", async () => {
    const refused = await new Bench().registry.plugin(
      options({
        policies: [
          { action: "log", shadow: 1, rules: [{ from: [{ principal: ["a"] }], to: [{ services: "a" }] }] },
          {
            rules: [{ when: [{ values: ["a"] }, { attribute: "a" }, { attribute: "a", property: ["b"], values: [] }] }],
          },
        ],
        policy: 1,
      }),
    );
    const reason = refused.ok ? "accepted" : refused.reason;
    for (const words of [
      'policies[0].action: expected one of "allow", "deny"',
      "policies[0].shadow: expected true or false",
      "policies[0].rules[0].from[0].principal: unknown field",
      "policies[0].rules[0].to[0].services: expected an array of strings",
      'policies[1].rules[0].when[0]: expected exactly one of "attribute" and "property"',
      'policies[1].rules[0].when[1]: expected "values", "notValues" or both',
      'policies[1].rules[0].when[2]: expected exactly one of "attribute" and "property"',
      "policy: unknown field; there are: attributes, policies",
    ]) {
      expect(reason).toContain(words);
    }
  });
});
