import { expect, test } from "vitest";
import { formatProblem, readRules } from "../source/index.js";
import { buildModel, inboundHosts, modelBeside } from "./index.js";

const ENDPOINTS = ["10.0.0.1", "10.0.0.2"];
const limits = `---
apiVersion: metaprotocol.aeraki.io/v1alpha1
kind: MetaRouter
metadata: { name: a }
spec:
  hosts: [a.test]
  localRateLimit: { tokenBucket: { maxTokens: 1, tokensPerFill: 1, fillInterval: 1s } }
  routes: [{ name: r, match: { attributes: { user: { exact: ann } } }, route: [{ destination: { host: a.test } }] }]
`;

/** A service with this annotation; what it comes to, and what is wrong with it. */
function read(annotation: string, { endpoints = ENDPOINTS, hosts = "a.test", more = "" } = {}) {
  const listed = endpoints.map((address) => `{ address: "${address}" }`).join(", ");
  const text = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, annotations: { meltemi.dev/lane: auto, meltemi.dev/inbound: ${JSON.stringify(annotation)} } }
spec:
  hosts: [${hosts}]
  ports: [{ number: 9000, name: tcp-metaprotocol-p, targetPort: 9001 }]
  resolution: STATIC
  endpoints: [${listed}]
${more}`;
  const { rules, problems } = readRules([{ path: "rules/a.yaml", text }]);
  const codecs = new Map([["p", { lane: "request", pins: false, multiplexed: true } as const]]);
  const http = new Map([["rate-limit", {}]]);
  const built = rules && buildModel(rules, { modules: { codecs, http } });
  return { model: built?.model, problems: [...problems, ...(built?.problems ?? [])].map(formatProblem) };
}

test("the proxy beside the application takes requests at the endpoints, and keeps what protects it", () => {
  const { model, problems } = read("127.0.0.1:8080", { more: limits });
  expect(problems).toEqual([]);
  const service = model?.services[0];
  expect(service).toMatchObject({ bind: { port: 9000 }, endpoints: ENDPOINTS.map((address) => ({ address })) });
  expect(service?.limits).toBeUndefined();
  expect(service?.lane.taken).toBe("flow");
  if (model === undefined) throw new Error("there is no model");
  expect(inboundHosts(model)).toEqual(["a.test"]);
  expect(modelBeside("b.test", model)).toEqual(model);
  const [beside] = modelBeside("a.test", model).services;
  expect(beside).toMatchObject({
    side: "inbound",
    bind: { address: "0.0.0.0", port: 9001 },
    endpoints: [{ address: "127.0.0.1", port: 8080 }],
    lane: { taken: "request" },
  });
  expect(beside?.limits).toBeDefined();
  expect(beside?.routes).toBeUndefined();
});

test.each([
  ["8080", ENDPOINTS, "0.0.0.0", "127.0.0.1:8080"],
  ["10.1.1.1:8080", ["127.0.0.1"], "127.0.0.1", "10.1.1.1:8080"],
  ["[::1]:8080", ["fd00::1"], "::", "::1:8080"],
])("%s, with endpoints %j", (annotation, endpoints, bind, application) => {
  const { model, problems } = read(annotation, { endpoints });
  expect(problems).toEqual([]);
  const inbound = model?.services[0]?.inbound;
  expect(inbound?.bind).toEqual({ address: bind, port: 9001 });
  expect(inbound?.endpoints.map(({ address, port }) => `${address}:${port}`)).toEqual([application]);
});

test.each([
  ["localhost:80", {}, /the application's port or ip:port, found "localhost:80"/],
  ["0", {}, /the application's port or ip:port, found "0"/],
  ["127.0.0.1:99999", {}, /the application's port or ip:port/],
  ["8080", { hosts: "a.test, b.test" }, /a service with one host and one port/],
  ["8080", { endpoints: [] }, /endpoints: there the proxy beside the application takes requests/],
  ["127.0.0.1:9001", { endpoints: ["127.0.0.1"] }, /an application that is not where its proxy takes requests/],
])("%s with %j is refused", (annotation, more, expected) => {
  const { model, problems } = read(annotation, more);
  expect(model).toBeUndefined();
  expect(problems.join("\n")).toMatch(/a\.yaml:3:\d+: error: metadata\.annotations.*inbound/);
  expect(problems.join("\n")).toMatch(expected);
});
