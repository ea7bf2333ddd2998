import { z } from "zod";

const HEX = /^(?:[0-9a-f]{2})*$/i;
const hex = z.string().regex(HEX);
const milliseconds = z.number().int().min(1).max(3_600_000);
const threshold = z.number().int().min(1).max(100);

const check = z.strictObject({
  /** What is said to an endpoint, in hexadecimal: a heartbeat of its protocol. */
  send: hex.default(""),
  /** What its answer has in it. Without it, connecting is enough. */
  receive: hex.default(""),
  intervalMs: milliseconds.default(5000),
  timeoutMs: milliseconds.default(1000),
  /** So many checks in a row take an endpoint out, and bring it back. */
  unhealthy: threshold.default(2),
  healthy: threshold.default(1),
});

/** How endpoints are asked whether they are well. */
export type HealthCheck = z.infer<typeof check>;

export const HEALTH_CHECK_FORM =
  'an object in JSON with "send" and "receive" in hexadecimal, and numbers "intervalMs", "timeoutMs", "unhealthy", "healthy"';

/** Undefined: it is not of that form. */
export function healthCheck(text: string): HealthCheck | undefined {
  try {
    const { data } = check.safeParse(JSON.parse(text));
    return data;
  } catch {
    return undefined; // the caller says what was expected
  }
}
