import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Module, readModules, readRules } from "../source/index.js";
import { buildModel } from "./index.js";
import { protocolNeeds, protocolWaits } from "./lanes.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const modules = await readModules(`${root}build/wasm`);
const { codecs } = modules;

/** The line of the codec's README that the table of protocols is made of. */
function line(name: string): string {
  const file = [`filters/codecs/${name}`, `examples/${name}/codec`]
    .map((folder) => `${root}${folder}/README.md`)
    .find((path) => existsSync(path));
  return readFileSync(file ?? "", "utf8").split("\n")[4] ?? "";
}

function waits({ name, multiplexed }: Module): string | undefined {
  return protocolWaits({ name, mode: multiplexed ? "multiplexed" : "plain" });
}

/** Flows, as a README has it. */
function flows(module: Module): string {
  if (module.lane === "session") return "| session |";
  const [never, unasked] = [protocolNeeds(module), waits(module)];
  if (never !== undefined) return `no flows: ${never}`;
  return unasked === undefined ? "or flow |" : `or flow where a service asks for it: ${unasked}`;
}

test.each([...codecs.values()].map((module) => [module.name, module] as const))(
  "the README of %s says whether it goes by flows, in the words of meltemi status",
  (name, module) => {
    expect(line(name)).toContain(flows(module));
  },
);

test("there are protocols of each kind", () => {
  const kinds = [...codecs.values()].map((module) => flows(module).replace(/:.*/, ""));
  expect(new Set(kinds)).toEqual(
    new Set(["| session |", "no flows", "or flow |", "or flow where a service asks for it"]),
  );
});

/** The lane that a service of Dubbo takes whose one route, or whose MetaRouter, says this. */
function laneWith({ route = {}, router = {}, more = "" }: { route?: object; router?: object; more?: string }) {
  const destination = { host: "a.test" };
  const routes = [{ name: "r", match: { attributes: { user: { prefix: "u" } } }, route: [{ destination }], ...route }];
  const text = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, namespace: n }
spec:
  hosts: [a.test]
  ports: [{ number: 1, name: tcp-metaprotocol-dubbo }]
  resolution: STATIC
  endpoints: [{ address: 10.0.0.1, labels: { app: a } }]
  workloadSelector: { labels: { app: a } }
---
apiVersion: metaprotocol.aeraki.io/v1alpha1
kind: MetaRouter
metadata: { name: a, namespace: n }
spec: ${JSON.stringify({ hosts: ["a.test"], routes, ...router })}
${more}`;
  const { rules, problems } = readRules([{ path: "a.yaml", text }]);
  const built = rules && buildModel(rules, { modules });
  expect([...problems, ...(built?.problems ?? [])].filter(({ severity }) => severity === "error")).toEqual([]);
  return built?.model?.services[0]?.lane;
}

const elsewhere = { host: "a.test" };

test.each([
  ["a match", {}],
  ["a split", { route: [1, 2].map((weight) => ({ destination: elsewhere, weight })) }],
])("rules with no more than %s let requests go by flows", (_, route) => {
  expect(laneWith({ route })).toMatchObject({ taken: "flow", open: true });
});

test.each([
  ["mutation of requests", { requestMutation: [{ key: "a", value: "b" }] }],
  ["mutation of answers", { responseMutation: [{ key: "a", value: "b" }] }],
  ["a mirror", { mirror: elsewhere }],
  ["a timeout", { timeout: "1s" }],
  ["retries", { retries: { attempts: 2 } }],
  ["a fault", { fault: { abort: { percentage: { value: 1 }, httpStatus: 503 } } }],
  ["access control", { accessControl: [{ action: "DENY", rules: [{}] }] }],
])("%s of a route: each request by itself, and a way back", (_, route) => {
  expect(laneWith({ route })).toMatchObject({
    taken: "request",
    open: true,
    why: expect.stringMatching(/^the route r has \w+$/),
  });
});

const bucket = { maxTokens: 1, tokensPerFill: 1, fillInterval: "1s" };
const authorization = `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: a, namespace: n }
spec: { action: DENY, rules: [{ to: [{ operation: { methods: [m] } }] }] }
`;

test.each([
  ["a rate limit", { router: { localRateLimit: { tokenBucket: bucket } } }],
  ["who may ask what", { more: authorization }],
])("%s of the service: each request by itself, and a way back", (_, rules) => {
  expect(laneWith(rules)).toMatchObject({
    taken: "request",
    open: true,
    why: expect.stringMatching(/^the service has \w+$/),
  });
});
