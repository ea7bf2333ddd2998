import type { LogFilter } from "./telemetry-types.js";

/** What a filter may be, said where it is something else. */
export const LOG_FILTER_FORM =
  'comparisons joined by "&&" of response.code with a number or request.duration with a duration("500ms"), ' +
  "by ==, <, <=, > or >=";

const COMPARISON =
  /^(response\.code|request\.duration)\s*(==|<=|>=|<|>)\s*(?:(\d{1,9})|duration\((["'])(\d+)(ms|s|m|h)\4\))$/;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const MOST = 2 ** 32 - 1;

/**
 * Reads Istio's filter of an access log, which is CEL: as much of it as proxies can be told by the runtime, which bounds the
 * status (HTTP's, which codecs make of their protocol's) and how long a request took. Undefined where it says more than that.
 *
 *     filter     = comparison *( "&&" comparison )
 *     comparison = "response.code" op number / "request.duration" op "duration(" quoted ")"
 */
export function logFilterOf(expression: string): LogFilter | undefined {
  const filter = { code: { least: 0, most: MOST }, milliseconds: { least: 0, most: MOST } };
  for (const part of expression.split("&&")) {
    const [, what, operator = "", number, , amount, unit = ""] = COMPARISON.exec(part.trim()) ?? [];
    if (what === undefined || (what === "response.code") !== (number !== undefined)) return undefined;
    const value = number === undefined ? Number(amount) * (UNITS[unit] ?? 0) : Number(number);
    const range = number === undefined ? filter.milliseconds : filter.code;
    // Whole numbers: a bound that is left out is the next one.
    if (operator.startsWith(">") || operator === "==") {
      range.least = Math.max(range.least, operator === ">" ? value + 1 : value);
    }
    if (operator.startsWith("<") || operator === "==") {
      range.most = Math.min(range.most, operator === "<" ? value - 1 : value);
    }
  }
  const isEmpty = ({ least, most }: LogFilter["code"]): boolean => least > most;
  return isEmpty(filter.code) || isEmpty(filter.milliseconds) ? undefined : filter;
}

/** All requests. */
export const NO_LOG_FILTER: LogFilter = { code: { least: 0, most: MOST }, milliseconds: { least: 0, most: MOST } };
