import "../../../testing/vitest.js";
import { expect, it } from "vitest";
import { TestHost } from "../../../testing/index.js";

const MODULE = new URL("../../../build/wasm/http/header-mutation.wasm", import.meta.url);

const load = (configuration: object) => new TestHost().load(MODULE, { configuration });

/** What becomes of these headers. */
async function changed(mutation: object, headers: Record<string, string>): Promise<[string, string][]> {
  const exchange = (await load({ request: [mutation] })).http().request(headers);
  const names = Object.keys(headers);
  return [...(exchange.upstream.headerMap ?? [])]
    .filter(([name]) => names.includes(name))
    .map(([name, value]) => [name, value]);
}

const cut = (value: string, more: object = {}) =>
  changed({ cut: "Key", prefix: "p:", ...more }, { key: value }).then(([pair]) => pair?.[1]);

it("takes a prefix off a value, once, where the value begins with it", async () => {
  expect(await cut("p:a")).toBe("a");
  expect(await cut("p:p:a")).toBe("p:a");
  expect(await cut("a:p:")).toBe("a:p:");
  expect(await cut("p")).toBe("p");
  expect(await cut("p:")).toBe("");
  expect(await changed({ cut: "key", prefix: "p:" }, { other: "p:a" })).toEqual([["other", "p:a"]]);
});

it("looks at the case of letters unless it is told not to", async () => {
  expect(await cut("P:a")).toBe("P:a");
  expect(await cut("P:a", { ignoreCase: true })).toBe("a");
});

it("escapes a blank that comes to stand first, and leaves escapes alone", async () => {
  expect(await cut("p: a")).toBe("%20a");
  expect(await cut("p:\ta")).toBe("%09a");
  expect(await cut("p:%0D%0A")).toBe("%0D%0A");
});

it("says which route was chosen, of requests that it changes", async () => {
  const filter = await load({ request: [{ set: "a", value: "1" }], route: "7" });
  expect(filter.http().request().upstream).toHaveHeader("x-meltemi-route", "7");
});

it("says what is wrong with its configuration", async () => {
  const configuration = { request: [{ cut: "a" }, { cut: "a", set: "b", prefix: "p", ignoreCase: 1 }] };
  const reason = await new TestHost().refusal(MODULE, { configuration });
  expect(reason).toContain("request[0].prefix: expected a string, it is missing");
  expect(reason).toContain('request[1]: expected exactly one of "set", "add", "remove", "cut", "rename" and "copy"');
  expect(reason).toContain("request[1].ignoreCase: expected");
});
