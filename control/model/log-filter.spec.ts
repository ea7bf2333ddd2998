import { expect, test } from "vitest";
import { logFilterOf, NO_LOG_FILTER } from "./log-filter.js";

const { code, milliseconds } = NO_LOG_FILTER;

test.each([
  ["response.code >= 400", { code: { ...code, least: 400 }, milliseconds }],
  ["response.code > 399", { code: { ...code, least: 400 }, milliseconds }],
  ["response.code<500", { code: { ...code, most: 499 }, milliseconds }],
  [" response.code == 404 ", { code: { least: 404, most: 404 }, milliseconds }],
  ["response.code >= 400 && response.code <= 499", { code: { least: 400, most: 499 }, milliseconds }],
  ['request.duration >= duration("1500ms")', { code, milliseconds: { ...milliseconds, least: 1_500 } }],
  ["request.duration < duration('2s')", { code, milliseconds: { ...milliseconds, most: 1_999 } }],
])("%s is so many bounds", (expression, filter) => {
  expect(logFilterOf(expression)).toEqual(filter);
});

test.each([
  "",
  "response.code",
  "response.code != 200",
  "response.code >= 400 || response.code == 0",
  'response.code >= duration("1s")',
  "request.duration > 5",
  'request.duration > duration("5 s")',
  "request.headers['user'] == 'ann'",
  "response.code > 499 && response.code < 500",
  "(response.code > 499)",
])("%s says more than bounds can, or nothing", (expression) => {
  expect(logFilterOf(expression)).toBeUndefined();
});
