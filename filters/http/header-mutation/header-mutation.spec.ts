import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { PropertyValue } from "../../../host/vm/index.js";
import { Bench, FakeHttp, headers, must } from "../../../host/vm/spec/kit.support.js";

const CODE = readFileSync(new URL("../../../build/wasm/http/header-mutation.wasm", import.meta.url));

type Pairs = [string, string][];

const options = (configuration: object) => ({
  name: "header-mutation",
  rootId: "",
  vm: { vmId: "header-mutation", code: CODE },
  configuration: Buffer.from(JSON.stringify(configuration)),
});

const PEER = "spiffe://cluster.local/ns/shop/sa/cart";
const namespace = (values: Record<string, PropertyValue>): PropertyValue => ({
  kind: "namespace",
  get: (key) => values[key],
});

/** What becomes of a request's headers and of its response's. */
async function passed(configuration: object, request: Pairs = [], response: Pairs = []) {
  const plugin = await new Bench().load(options(configuration));
  const http = new FakeHttp();
  http.properties = {
    connection: namespace({ uri_san_peer_certificate: PEER }),
    xds: namespace({ route_name: "canary" }),
  };
  const stream = must(plugin.httpStream(http));
  const up = headers([":path", "/svc/op%20x"], ...request);
  stream.onRequestHeaders(up, true);
  const down = headers([":status", "200"], ...response);
  stream.onResponseHeaders(down, true);
  const pairs = (map: typeof up) => [...map].slice(1).map(([name, value]) => [name, String(value)]);
  return { request: pairs(up), response: pairs(down) };
}

const changed = async (mutation: object, ...request: Pairs) => (await passed({ request: [mutation] }, request)).request;

describe("rename and copy", () => {
  it("give all values another name, in the spelling of the rule", async () => {
    const values: Pairs = [
      ["old", "1"],
      ["old", "2"],
      ["new", "gone"],
      ["other", "x"],
    ];
    expect(await changed({ rename: "Old", to: "New" }, ...values)).toEqual([
      ["other", "x"],
      // Envoy takes a replaced header out and adds it.
      ["new", "1"],
      ["x-meltemi-names", "New"],
      ["new", "2"],
    ]);
    expect(await changed({ copy: "old", to: "x-envoy-new" }, ["old", "1"])).toEqual([
      ["old", "1"],
      ["x-meltemi-a-x-envoy-new", "1"],
      ["x-meltemi-names", "x-envoy-new"],
    ]);
  });

  it("change nothing where there is nothing to name", async () => {
    expect(await changed({ rename: "old", to: "new" }, ["new", "kept"])).toEqual([["new", "kept"]]);
  });

  it("a new spelling of the same name keeps the value", async () => {
    expect(await changed({ rename: "user", to: "USER" }, ["user", "a"])).toEqual([
      ["user", "a"],
      ["x-meltemi-names", "USER"],
    ]);
  });
});

describe("templates", () => {
  const set = (template: string) => ({ set: "t", template });
  const made = async (template: string, ...request: Pairs) =>
    (await changed(set(template), ...request)).find(([name]) => name === "t")?.[1];

  it("put attributes, peer, route, service and operation in their places", async () => {
    expect(await made("%REQ(User)%@%SERVICE%/%OPERATION%", ["user", "a%0Ab"])).toBe("a%0Ab@svc/op x");
    expect(await made("%PEER% by %ROUTE_NAME%")).toBe(`${PEER} by canary`);
    expect(await made("100%%")).toBe("100%");
    expect(await made("[%REQ(none)%]")).toBe("[]");
    expect(await made("%REQ(x-envoy-a)%", ["x-meltemi-a-x-envoy-a", "1"])).toBe("1");
    expect(await made("")).toBe("");
  });

  it("of a response know both it and its request, as it came", async () => {
    const { response } = await passed(
      {
        request: [{ set: "user", value: "changed" }],
        response: [{ add: "Seen", template: "%REQ(user)% %RESP(Code)% %OPERATION% %PEER% %ROUTE_NAME% %REQ(none)%." }],
      },
      [["user", "ann"]],
      [["code", "7"]],
    );
    expect(response).toEqual([
      ["code", "7"],
      ["seen", `ann 7 op x ${PEER} canary .`],
      ["x-meltemi-names", "Seen"],
    ]);
  });

  it("in plain HTTP write values as they are", async () => {
    const configuration = { attributes: false, request: [set("%REQ(User)%!")] };
    expect((await passed(configuration, [["user", "100%25"]])).request).toContainEqual(["t", "100%25!"]);
  });
});

describe("conditions", () => {
  const when = (...match: object[]) => ({ set: "t", value: "1", match });

  it("look at the map that is changed, and all must hold", async () => {
    const match = [
      { attribute: "User", prefix: "a" },
      { attribute: "level", range: { start: 1, end: 3 } },
    ];
    expect(await changed(when(...match), ["user", "ann"], ["level", "2"])).toContainEqual(["t", "1"]);
    expect(await changed(when(...match), ["user", "ann"], ["level", "3"])).not.toContainEqual(["t", "1"]);
    expect(await changed(when({ attribute: "user", exact: "x", invert: true }))).toEqual([["t", "1"]]);
    const mutation = { response: [{ remove: "debug", match: [{ attribute: "code", exact: "0" }] }] };
    const response = async (code: string) =>
      (
        await passed(
          mutation,
          [],
          [
            ["debug", "x"],
            ["code", code],
          ],
        )
      ).response;
    expect(await response("0")).toEqual([["code", "0"]]);
    expect(await response("1")).toHaveLength(2);
  });

  it("see what changes before them did", async () => {
    const request = [
      { set: "a", value: "1" },
      { set: "b", value: "2", match: [{ attribute: "a", exact: "1" }] },
    ];
    expect((await passed({ request })).request).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });

  it("a request that none is about says nothing of its route", async () => {
    const request = [when({ attribute: "none" })];
    expect((await passed({ request, route: "7" })).request).toEqual([]);
  });
});

it("says what is wrong with its configuration, field by field", async () => {
  const refused = await new Bench().registry.plugin(
    options({
      request: [
        { set: "a", template: "%REQ(a%" },
        { set: "a", template: "%RESP(a)%" },
        { set: "a", template: "100%" },
        { set: "a", value: "b", template: "c" },
        { rename: "a" },
        { remove: "a", to: "b" },
        { remove: "a", match: [{ exact: "a" }] },
      ],
      response: [{ add: "a", template: "%REQ()%" }],
    }),
  );
  const reason = refused.ok ? "accepted" : refused.reason;
  for (const words of [
    "request[0].template: expected %REQ(name)%, %RESP(name)% in responses",
    'found "%REQ(a%"',
    "request[1].template: expected",
    "request[2].template: expected",
    'found "%"',
    'request[3]: expected one of "value" and "template"',
    "request[4].to: expected a string, it is missing",
    "request[5].to: unknown field",
    "request[6].match[0].attribute: expected a string, it is missing",
    "response[0].template: expected",
  ]) {
    expect(reason).toContain(words);
  }
});
