import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { LayeredRuntimeSchema } from "../../xds/gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import { StatsStore } from "../stats/index.js";
import { Runtime } from "./index.js";

function runtime(...layers: JsonValue[]) {
  const stats = new StatsStore();
  const config = fromJson(LayeredRuntimeSchema, { layers });
  return { stats, runtime: new Runtime(config, stats.scope("runtime")) };
}

const discovered = { name: "rules", rtdsLayer: { name: "rules", rtdsConfig: { ads: {} } } };

test("without layers what is asked for is what holds otherwise", () => {
  expect(new Runtime(undefined, new StatsStore().scope("runtime")).integer("a", 7)).toBe(7);
});

test("a later layer stands in the place of an earlier one, and a change takes what it said back", () => {
  const { runtime: it, stats } = runtime({ name: "base", staticLayer: { a: 1, b: { c: 2, d: 3 } } }, discovered);
  expect(it.discovered).toEqual(["rules"]);
  expect([it.integer("a", 0), it.integer("b.c", 0), it.integer("b", 9)]).toEqual([1, 2, 9]);
  it.put("rules", { "b.c": 20, e: 5 });
  expect([it.integer("a", 0), it.integer("b.c", 0), it.integer("b.d", 0), it.integer("e", 0)]).toEqual([1, 20, 3, 5]);
  it.put("rules", {});
  expect([it.integer("b.c", 0), it.integer("e", 0)]).toEqual([2, 0]);
  expect([stats.counter("runtime.load_success").value, stats.gauge("runtime.num_keys").value]).toEqual([3, 3]);
});

test("what is no whole number, or below zero, is none", () => {
  const layer = { a: "1", b: 1.5, c: -1, d: true, e: { numerator: 5, denominator: "HUNDRED" }, f: null, g: [1] };
  const { runtime: it } = runtime({ name: "base", staticLayer: layer });
  for (const key of ["a", "b", "c", "d", "e", "e.numerator", "f", "g"]) expect(it.integer(key, 42)).toBe(42);
});

test.each([
  [[{ staticLayer: {} }], "layered_runtime.layers[0].name: is required"],
  [
    [
      { name: "a", staticLayer: {} },
      { name: "a", staticLayer: {} },
    ],
    "layered_runtime.layers[1].name: a second layer a",
  ],
  [
    [{ name: "a", rtdsLayer: { name: "a", rtdsConfig: { path: "x" } } }],
    "layered_runtime.layers[0].rtds_layer.rtds_config: expected ads",
  ],
])("%j is refused", (layers, message) => {
  expect(() => runtime(...(layers as JsonValue[]))).toThrow(message);
});
