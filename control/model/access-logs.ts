import type { JsonObject } from "@bufbuild/protobuf";
import { didYouMean, type LogFormatSpec, type Resource, type Rules, type TelemetrySpec } from "../source/index.js";
import { LOG_SAMPLING } from "./annotations.js";
import { LOG_FILTER_FORM, logFilterOf, NO_LOG_FILTER } from "./log-filter.js";
import { formatProblem } from "./log-format.js";
import type { Problems } from "./problems.js";
import type { Target } from "./targets.js";
import { isForSide, type MeshConfig, meshConfigOf, type TelemetrySide, telemetriesOf } from "./telemetry.js";
import type { AccessLog, LogFormat, Logging } from "./telemetry-types.js";

/** Istio's name of the log that is there without being set up. */
const BUILT_IN = "envoy";
const STDOUT = "/dev/stdout";

/** Where lines about requests may go, and which services' do. */
export class AccessLogs {
  /** All that the mesh has; every proxy knows them, whether a service uses them or not. */
  readonly all: readonly AccessLog[];
  /** Those that are in use where no Telemetry says anything. */
  private readonly usual: readonly string[];

  constructor(
    private readonly rules: Rules,
    private readonly problems: Problems,
  ) {
    const { mesh, operator } = meshConfigOf(rules, problems);
    const wrong = (path: readonly PropertyKey[], message: string): void => {
      if (operator !== undefined) problems.error(operator, ["spec", "meshConfig", ...path], message);
    };
    const logs = new Map([[BUILT_IN, builtIn(mesh, (message) => wrong(["accessLogFormat"], message))]]);
    (mesh.extensionProviders ?? []).forEach(({ name, envoyFileAccessLog }, index) => {
      if (envoyFileAccessLog === undefined) return;
      const { path, logFormat } = envoyFileAccessLog;
      logs.set(name, { name, path, ...(logFormat && { format: formatOf(logFormat) }) });
      const { text = "", labels = {} } = logFormat ?? {};
      const problem = formatProblem(text, ["logFormat", "text"]) ?? formatProblem(labels, ["logFormat", "labels"]);
      if (problem) wrong(["extensionProviders", index, "envoyFileAccessLog", ...problem.path], problem.message);
    });
    this.all = [...logs.values()];
    const usual = mesh.defaultProviders?.accessLogging;
    this.usual = usual ?? ((mesh.accessLogFile ?? "") === "" ? [] : [BUILT_IN]);
    this.usual.forEach((name, index) => {
      const unknown = this.unknown(name);
      if (unknown !== undefined) wrong(["defaultProviders", "accessLogging", index], unknown);
    });
  }

  /** What one side's proxies write of a service's requests; empty: nothing. */
  of(service: Target, side: TelemetrySide): readonly Logging[] {
    let names = this.usual;
    const state = new Map<string, Logging>(names.map((log) => [log, { log, percentage: 100, ...NO_LOG_FILTER }]));
    for (const telemetry of telemetriesOf(service, "accessLogging", this.rules, this.problems)) {
      const { accessLogging = [] } = telemetry.spec;
      const named = this.namesIn(telemetry, side);
      if (named.length > 0) names = named;
      for (const log of [...state.keys()]) if (!names.includes(log)) state.delete(log);
      const percentage = this.sampling(telemetry);
      accessLogging.forEach((entry, index) => {
        if (!isForSide(entry, side)) return;
        const filter = this.filter(telemetry, entry.filter?.expression, index);
        const inherited = names.length > 0 ? names : [BUILT_IN];
        for (const log of entry.providers?.map(({ name }) => name) ?? inherited) {
          if (entry.disabled === true || percentage === 0) state.delete(log);
          else state.set(log, { log, percentage, ...filter });
        }
      });
    }
    return [...state.values()];
  }

  /** The logs that a Telemetry names for a side; those that there are not are told. */
  private namesIn(telemetry: Resource<TelemetrySpec>, side: TelemetrySide): readonly string[] {
    const names = new Set<string>();
    (telemetry.spec.accessLogging ?? []).forEach((entry, index) => {
      (entry.providers ?? []).forEach(({ name }, place) => {
        const unknown = this.unknown(name);
        const path = ["spec", "accessLogging", index, "providers", place, "name"];
        if (unknown !== undefined) this.problems.error(telemetry, path, unknown);
        else if (isForSide(entry, side)) names.add(name);
      });
    });
    return [...names];
  }

  private unknown(name: string): string | undefined {
    const known = this.all.map((log) => log.name);
    if (known.includes(name)) return undefined;
    return `no envoyFileAccessLog among meshConfig.extensionProviders has this name${didYouMean(name, known)}`;
  }

  private filter(telemetry: Resource<TelemetrySpec>, expression: string | undefined, index: number) {
    if (expression === undefined) return NO_LOG_FILTER;
    const filter = logFilterOf(expression);
    const path = ["spec", "accessLogging", index, "filter", "expression"];
    if (filter === undefined) this.problems.error(telemetry, path, `expected ${LOG_FILTER_FORM}, of some request`);
    return filter ?? NO_LOG_FILTER;
  }

  /** In percent. */
  private sampling(telemetry: Resource<TelemetrySpec>): number {
    const text = telemetry.annotations[LOG_SAMPLING];
    if (text === undefined) return 100;
    const value = /^\d{1,3}(\.\d{1,4})?$/.test(text) ? Number(text) : Number.NaN;
    if (value <= 100) return value;
    const path = ["metadata", "annotations", LOG_SAMPLING];
    this.problems.error(telemetry, path, `expected a percentage such as "2.5", found ${JSON.stringify(text)}`);
    return 100;
  }
}

function builtIn(mesh: MeshConfig, wrong: (message: string) => void): AccessLog {
  const { accessLogFile = "", accessLogFormat = "", accessLogEncoding = "TEXT" } = mesh;
  const log = { name: BUILT_IN, path: accessLogFile === "" ? STDOUT : accessLogFile };
  const isText = accessLogEncoding === "TEXT";
  if (accessLogFormat === "") return isText ? log : { ...log, format: { members: {} } };
  const members = isText ? undefined : jsonObject(accessLogFormat);
  if (!isText && members === undefined) wrong("expected an object in JSON, as accessLogEncoding says");
  const problem = formatProblem(members ?? (isText ? accessLogFormat : {}));
  if (problem) wrong([...problem.path.map(String), problem.message].join(": "));
  return { ...log, format: isText ? { text: accessLogFormat } : { members: members ?? {} } };
}

function formatOf({ text, labels = {} }: LogFormatSpec): LogFormat {
  return text === undefined ? { members: labels } : { text };
}

function jsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined; // the caller says what was expected
  }
}
