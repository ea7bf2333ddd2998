import fc from "fast-check";
import { expect, test } from "vitest";
import { matches } from "./match.js";
import { readReport, type TapRecord } from "./record.js";

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};
const number = (value: number, bytes = 4): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, Math.max(0, bytes - 6), Math.min(6, bytes));
  return buffer;
};
const sized = (bytes: Buffer): Buffer => Buffer.concat([number(bytes.length), bytes]);

const BEGAN = Date.parse("2026-01-02T03:04:05.678Z");
const record = Buffer.concat([
  ...[Buffer.from([0, 1]), number(70), number(BEGAN, 8), number(12), number(100), number(50)],
  ...[text("envoy://egress/10.0.0.1:80"), text("test.Echo"), text("list"), Buffer.from([0, 3])],
  ...[text("user"), text("Jason"), text("table"), text("a"), text("table"), text("b")],
  ...[sized(Buffer.from("req")), sized(Buffer.alloc(0))],
]);
const report = Buffer.concat([text("reviews:9000"), text("proxy-1"), number(3), sized(record), sized(record)]);

const read: TapRecord = {
  time: "2026-01-02T03:04:05.678Z",
  service: "reviews:9000",
  proxy: "proxy-1",
  kind: "call",
  interface: "test.Echo",
  operation: "list",
  attributes: { user: "Jason", table: "a,b" },
  status: "business_error",
  code: 70,
  latencyMs: 12,
  requestBytes: 100,
  answerBytes: 50,
  backend: "10.0.0.1:80",
  request: Buffer.from("req").toString("base64"),
};

test("a report is read", () => {
  expect(readReport(report)).toEqual({ service: "reviews:9000", dropped: 3, records: [read, read] });
});

test("a report that ends too soon, or is none, is refused", () => {
  for (let length = 0; length < report.length; length++) {
    const whole = length === report.length - record.length - 4 || length === report.length - 2 * (record.length + 4);
    if (whole) expect(readReport(report.subarray(0, length)).records.length).toBeLessThan(2);
    else expect(() => readReport(report.subarray(0, length))).toThrow(RangeError);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readReport(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test.each([
  [[{ name: "USER", value: "Jason" }], true],
  [[{ name: "user", value: "jason" }], false],
  [[{ name: "user", value: "Ja*" }], true],
  [[{ name: "user", value: "*" }], true],
  [[{ name: "colour", value: "*" }], false],
  [
    [
      { name: "operation", value: "list" },
      { name: "status", value: "business_error" },
    ],
    true,
  ],
  [
    [
      { name: "operation", value: "list" },
      { name: "code", value: "71" },
    ],
    false,
  ],
  [[], true],
])("%j is so of a record or not", (wanted, expected) => {
  expect(matches(read, wanted)).toBe(expected);
});
