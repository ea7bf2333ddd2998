import { HeaderMap } from "../host/http/headers/index.js";
import { HttpExchange } from "./http-exchange.js";
import { Logs } from "./logs.js";
import { Message } from "./message.js";

/** What a matcher found; `message` says what was expected, for `.not` too. */
export interface Matched {
  readonly pass: boolean;
  /** What was expected and what was found. */
  message(): string;
}

/** Text that is, or a pattern that matches. */
type Expected = string | RegExp;

/** Matchers by name, in the form of `expect.extend`; `meltemi/testing/vitest` extends vitest's `expect` with them. */
export const matchers = { toHaveHeader, toBePaused, toHaveReplied, toHavePassed, toHaveLogged };

/** A message or header map has a header, with a value where one is given; of several values one has to fit. */
function toHaveHeader(received: unknown, name: string, value?: Expected): Matched {
  const map = received instanceof Message ? (received.headerMap ?? new HeaderMap()) : received;
  if (!(map instanceof HeaderMap)) return wrong("toHaveHeader", "a message or headers");
  const values = map.all(name.toLowerCase());
  const wanted = value === undefined ? `header ${name}` : `header ${name}: ${value}`;
  const found = values.length > 0 ? `it is ${values.map((one) => JSON.stringify(one)).join(", ")}` : "it is absent";
  return {
    pass: value === undefined ? values.length > 0 : values.some((one) => fits(one, value)),
    message: () => `expected (or with .not, unexpected): ${wanted}; ${found}`,
  };
}

/** A direction of an exchange waits in the module. */
function toBePaused(received: unknown, direction: "request" | "response" = "request"): Matched {
  if (!(received instanceof HttpExchange)) return wrong("toBePaused", "an exchange");
  const pass = received.isPaused(direction);
  return { pass, message: () => `the ${direction} is ${pass ? "" : "not "}paused:\n${received}` };
}

/** The module answered in the upstream's place. */
function toHaveReplied(received: unknown, status?: number, body?: Expected): Matched {
  if (!(received instanceof HttpExchange)) return wrong("toHaveReplied", "an exchange");
  const { localReply } = received;
  const text = localReply && Buffer.from(localReply.body).toString("utf8");
  const statusFits = localReply !== undefined && (status === undefined || localReply.status === status);
  const bodyFits = body === undefined || (text !== undefined && fits(text, body));
  const wanted = `a local reply${status === undefined ? "" : ` ${status}`}${body === undefined ? "" : ` with ${body}`}`;
  const found = localReply ? `there is ${localReply.status} with ${JSON.stringify(text)}` : "there is none";
  return {
    pass: statusFits && bodyFits,
    message: () => `expected (or with .not, unexpected): ${wanted}; ${found}\n${received}`,
  };
}

/** The request has gone on to the upstream. */
function toHavePassed(received: unknown): Matched {
  if (!(received instanceof HttpExchange)) return wrong("toHavePassed", "an exchange");
  const pass = received.upstream.arrived;
  return { pass, message: () => `the request has ${pass ? "" : "not "}gone on to the upstream:\n${received}` };
}

/** A message was logged, at any level. */
function toHaveLogged(received: unknown, expected: Expected): Matched {
  if (!(received instanceof Logs)) return wrong("toHaveLogged", "a log (host.logs)");
  const matches = ({ message }: { readonly message: string }) =>
    typeof expected === "string" ? message.includes(expected) : expected.test(message);
  const pass = received.lines.some(matches);
  return { pass, message: () => `${expected} was ${pass ? "" : "not "}logged:\n${received}` };
}

function fits(text: string, expected: Expected): boolean {
  return typeof expected === "string" ? text === expected : expected.test(text);
}

/** Neither the matcher nor its `.not` holds for something else. */
function wrong(matcher: string, wanted: string): never {
  throw new TypeError(`${matcher} looks at ${wanted}`);
}
