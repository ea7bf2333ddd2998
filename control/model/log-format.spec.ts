import { expect, test } from "vitest";
import { formatProblem } from "./log-format.js";

test.each([
  "",
  "text, 100 %% of it",
  "%START_TIME% %REQ(:PATH?x-path):20% %RESP(a)%%DURATION%",
  { a: "%PROTOCOL%", b: { c: ["%RESPONSE_CODE%", 7, true, null] } },
])("%j is good", (format) => {
  expect(formatProblem(format)).toBeUndefined();
});

test.each([
  ["100 % of it", /^expected a command such as %PROTOCOL% behind "%", or "%%"/],
  ["%protocol%", /^expected a command/],
  ["%REQ%", /^expected %REQ\(<name>\)%$/],
  ["%RESP()%", /^expected %RESP\(<name>\)%$/],
  ["%DURATION(x)%", /^expected %DURATION% without an argument$/],
  ["%UPSTREAM_METADATA(meltemi:version):1%", /^expected %UPSTREAM_METADATA% without a length$/],
  ["%PROTOCOL:3%", /^expected %PROTOCOL% without a length$/],
  ["%RESPONSE_COD%", /^there is no %RESPONSE_COD%; did you mean RESPONSE_CODE\?; there are START_TIME, /],
])("%s is told", (format, message) => {
  expect(formatProblem(format)?.message).toMatch(message);
  expect(formatProblem({ a: ["", { b: format }] })?.path).toEqual(["a", 1, "b"]);
});
