import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { HTTP_FILTERS, snippetsOf } from "../../test/support/index.js";
import { buildModel } from "../model/index.js";
import { formatProblem, readRules } from "../source/index.js";
import { MODULES } from "./cases.support.js";
import { asJson } from "./static.support.js";
import { translate } from "./translate.js";

/** What the snippets lean on: the services that they name. */
const SERVICES = [
  entry("ratings", { number: 9000, name: "tcp-metaprotocol-awesomerpc" }, "10.0.0.1"),
  entry("reviews", { number: 9001, name: "tcp-metaprotocol-awesomerpc" }, "10.0.0.2"),
  entry("limiter", { number: 8081, name: "grpc" }, "10.0.0.3"),
].join("---\n");

function entry(name: string, port: object, address: string): string {
  return stringify({
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name, namespace: "bookinfo" },
    spec: { hosts: [`${name}.bookinfo`], ports: [port], resolution: "STATIC", endpoints: [{ address }] },
  });
}

const RULES = HTTP_FILTERS.flatMap((filter) =>
  snippetsOf(filter)
    .filter(({ language, under }) => language === "yaml" && under.startsWith("By "))
    .map(({ under, text }, index) => ({ filter, name: `${filter}: ${under} (${index + 1})`, text: whole(text) })),
);

/** A snippet of routes alone is of a MetaRouter. */
function whole(text: string): string {
  const { kind, routes } = parse(text) as { kind?: string; routes?: unknown };
  if (kind !== undefined) return text;
  return stringify({
    apiVersion: "metaprotocol.aeraki.io/v1alpha1",
    kind: "MetaRouter",
    metadata: { name: "snippet", namespace: "bookinfo" },
    spec: { hosts: ["ratings.bookinfo"], routes },
  });
}

test("every filter's README has rules that ask for it", () => {
  expect([...new Set(RULES.map(({ filter }) => filter))].sort()).toEqual([...HTTP_FILTERS].sort());
});

test.each(RULES)("$name", ({ filter, text }) => {
  const { rules, problems } = readRules([{ path: "README.md", text: `${SERVICES}---\n${text}` }]);
  const built = rules && buildModel(rules, { modules: MODULES });
  const told = [...problems, ...(built?.problems ?? [])].map(formatProblem);
  expect(told.filter((line) => !line.includes("port grpc is not served"))).toEqual([]);
  if (built?.model === undefined) throw new Error("no model without a problem");
  const { routes } = asJson(translate(built.model, MODULES));
  expect(JSON.stringify(routes)).toContain(`"meltemi.${filter}":{"config":`);
});
