import { expect, test } from "vitest";
import type { AttributeMatch } from "../model/index.js";
import { apartOf } from "./told-apart.js";

const is = (name: string, test: AttributeMatch["test"], invert = false): AttributeMatch => ({ name, invert, test });
const exact = (value: string) => ({ kind: "exact", value }) as const;
const prefix = (value: string) => ({ kind: "prefix", value }) as const;

test("of an attribute that rules ask for values and beginnings, these are told apart, each once", () => {
  const conditions = [
    is("User", exact("b")),
    is("user", prefix("a")),
    is("user", exact("a"), true),
    is("user", exact("b")),
  ];
  expect(apartOf(conditions, [])).toEqual({ user: { exact: ["a", "b"], prefix: ["a"] } });
});

test("whether there is one needs no value", () => {
  expect(apartOf([is("user", { kind: "present", value: true })], [])).toEqual({ user: {} });
});

test.each<[string, AttributeMatch["test"]]>([
  ["a regular expression", { kind: "regex", value: "a+" }],
  ["a range", { kind: "range", start: 1, end: 5 }],
  ["a beginning in any case", { kind: "prefix", value: "a", ignoreCase: true }],
])("%s can tell any two values apart", (_, other) => {
  expect(apartOf([is("user", exact("a")), is("user", other), is("team", exact("x"))], [])).toEqual({
    team: { exact: ["x"] },
  });
});

test("so can a hash, and more values than the codec looks through", () => {
  expect(apartOf([is("user", exact("a"))], ["User"])).toEqual({});
  const many = Array.from({ length: 65 }, (_, index) => is("user", exact(`${index}`)));
  expect(apartOf(many, [])).toEqual({});
  expect(apartOf(many.slice(1), [])["user"]?.exact?.length).toBe(64);
});
