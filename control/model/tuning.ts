import type { Annotated } from "../source/index.js";
import { TUNING } from "./annotations.js";
import { HEALTH_CHECK_FORM, type HealthCheck, healthCheck } from "./health-check.js";
import type { Problems } from "./problems.js";

/** What annotations set beyond Istio's fields, for all ports of a service. */
export interface Tuning {
  /** `meltemi.dev/max-connection-duration: 10m`, in milliseconds: clients' connections are drained at this age. */
  readonly maxConnectionDuration?: number;
  /** `meltemi.dev/max-frame-bytes`: a frame that declares more is refused. */
  readonly maxFrameBytes?: number;
  /** `meltemi.dev/deadline: false`: the deadlines that requests carry are the backend's business alone. */
  readonly deadline?: boolean;
  /** `meltemi.dev/unknown: refuse`: requests that the codec cannot read get an error; `pass`: they go on unread. */
  readonly unknown?: "pass" | "refuse";
  /** `meltemi.dev/codec: '{"…": …}'`: settings of the codec's own; its README says which. */
  readonly codec?: Readonly<Record<string, unknown>>;
  /** `meltemi.dev/flow: '{"ageMs": 30000}'`: limits of the flow lane; assembly/bridge/settings/README.md says which. */
  readonly flow?: Readonly<Record<string, unknown>>;
  /** `meltemi.dev/health-check: '{"send": "…", "receive": "…"}'`: endpoints that do not answer get no flows. */
  readonly healthCheck?: HealthCheck;
  /** `meltemi.dev/first-stream-id`: an odd number; near its end of 2^31 it lets tests see connections run out of ids. */
  readonly firstStreamId?: number;
}

type Value = number | string | boolean | Readonly<Record<string, unknown>>;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const TRUTH: Readonly<Record<string, boolean>> = { true: true, false: false };

const READERS: { [K in keyof Tuning]-?: { expected: string; read: (text: string) => Value | undefined } } = {
  maxConnectionDuration: {
    expected: 'a duration such as "30s", "10m" or "1h"',
    read: (text) => {
      const [, number, unit = ""] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
      return number === undefined ? undefined : atLeast(1, Number(number) * (UNITS[unit] ?? 0));
    },
  },
  maxFrameBytes: {
    expected: "a number of bytes from 64 to 2147483647",
    read: (text) => atLeast(64, whole(text)),
  },
  deadline: {
    expected: "true or false",
    read: (text) => TRUTH[text],
  },
  unknown: {
    expected: "pass or refuse",
    read: (text) => (text === "pass" || text === "refuse" ? text : undefined),
  },
  codec: {
    expected: "an object in JSON",
    read: jsonObject,
  },
  flow: {
    expected: "an object in JSON",
    read: jsonObject,
  },
  healthCheck: {
    expected: HEALTH_CHECK_FORM,
    read: healthCheck,
  },
  firstStreamId: {
    expected: "an odd number below 2147483648",
    read: (text) => {
      const id = whole(text);
      return id !== undefined && id % 2 === 1 ? id : undefined;
    },
  },
};

/** Reads the annotations; one that cannot be read is a problem that names it. */
export function tuningOf(resource: Annotated, problems: Problems): Tuning {
  const tuning: Record<string, Value> = {};
  for (const [key, { expected, read }] of Object.entries(READERS)) {
    const name = TUNING[key as keyof Tuning];
    const text = resource.annotations[name];
    if (text === undefined) continue;
    const value = read(text);
    if (value !== undefined) tuning[key] = value;
    else
      problems.error(
        resource,
        ["metadata", "annotations", name],
        `expected ${expected}, found ${JSON.stringify(text)}`,
      );
  }
  return tuning;
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // the caller says what was expected
  }
}

function whole(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined;
}

function atLeast(least: number, value: number | undefined): number | undefined {
  return value !== undefined && value >= least ? value : undefined;
}
