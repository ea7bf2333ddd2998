import { expect } from "vitest";
import { TestConnection } from "./connection.js";
import { HttpExchange } from "./http-exchange.js";
import { Logs } from "./logs.js";
import { matchers } from "./matchers.js";
import { Message } from "./message.js";
import { TestMetrics } from "./metrics.js";

expect.extend(matchers);

const READABLE = [HttpExchange, TestConnection, Message, Logs, TestMetrics] as const;

// In a snapshot these are their own lines, not what their fields are.
expect.addSnapshotSerializer({
  test: (value) => READABLE.some((type) => value instanceof type),
  serialize: (value) => String(value),
});

interface MeltemiMatchers<R> {
  /** A message or header map has a header, with a value where one is given; of several values one has to fit. */
  toHaveHeader(name: string, value?: string | RegExp): R;
  /** A direction of an exchange (by default the request) waits in the module. */
  toBePaused(direction?: "request" | "response"): R;
  /** The module answered in the upstream's place. */
  toHaveReplied(status?: number, body?: string | RegExp): R;
  /** The request has gone on to the upstream. */
  toHavePassed(): R;
  /** A message of the log (`host.logs`) contains a text, or matches. */
  toHaveLogged(expected: string | RegExp): R;
}

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: the declaration has to be the same as vitest's own
  interface Matchers<T = any> extends MeltemiMatchers<T> {}
}
