import type { Resource, ServiceEntrySpec } from "../source/index.js";
import type { Problems } from "./problems.js";

/** What a ServiceEntry's annotations set beyond Istio's fields, for all its ports. */
export interface Tuning {
  /** `meltemi.dev/max-connection-duration: 10m`, in milliseconds: clients' connections are drained at this age. */
  readonly maxConnectionDuration?: number;
  /** `meltemi.dev/max-frame-bytes`: a client's frame that declares more is refused. */
  readonly maxFrameBytes?: number;
  /** `meltemi.dev/first-stream-id`: an odd number; near its end of 2^31 it lets tests see connections run out of ids. */
  readonly firstStreamId?: number;
}

const PREFIX = "meltemi.dev/";
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

type Read = (text: string) => number | undefined;

const ANNOTATIONS: readonly { key: keyof Tuning; name: string; expected: string; read: Read }[] = [
  {
    key: "maxConnectionDuration",
    name: "max-connection-duration",
    expected: 'a duration such as "30s", "10m" or "1h"',
    read: (text) => {
      const [, number, unit = ""] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
      return number === undefined ? undefined : atLeast(1, Number(number) * (UNITS[unit] ?? 0));
    },
  },
  {
    key: "maxFrameBytes",
    name: "max-frame-bytes",
    expected: "a number of bytes from 64 to 2147483647",
    read: (text) => atLeast(64, whole(text)),
  },
  {
    key: "firstStreamId",
    name: "first-stream-id",
    expected: "an odd number below 2147483648",
    read: (text) => {
      const id = whole(text);
      return id !== undefined && id % 2 === 1 ? id : undefined;
    },
  },
];

/** Reads the annotations; one that cannot be read is a problem that names it. */
export function tuningOf(entry: Resource<ServiceEntrySpec>, problems: Problems): Tuning {
  const tuning: Partial<Record<keyof Tuning, number>> = {};
  for (const { key, name, expected, read } of ANNOTATIONS) {
    const text = entry.annotations[PREFIX + name];
    if (text === undefined) continue;
    const value = read(text);
    const path = ["metadata", "annotations", PREFIX + name];
    if (value === undefined) problems.error(entry, path, `expected ${expected}, found ${JSON.stringify(text)}`);
    else tuning[key] = value;
  }
  return tuning;
}

function whole(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined;
}

function atLeast(least: number, value: number | undefined): number | undefined {
  return value !== undefined && value >= least ? value : undefined;
}
