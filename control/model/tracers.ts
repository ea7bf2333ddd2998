import {
  type CustomTagSpec,
  didYouMean,
  type ProviderSpec,
  type Resource,
  type Rules,
  type TelemetrySpec,
} from "../source/index.js";
import type { Callouts } from "./callouts.js";
import type { Problems } from "./problems.js";
import type { Target } from "./targets.js";
import { isForSide, meshConfigOf, type TelemetrySide, telemetriesOf } from "./telemetry.js";
import type { SpanProtocol, SpanTag } from "./telemetry-types.js";
import type { Service } from "./types.js";

/** Istio's own, where a mesh has a tracer and no Telemetry says how much it gets. In percent. */
const USUAL_SAMPLING = 1;

/** What a Telemetry's entries come to, the later over the earlier. */
interface State {
  readonly provider?: string | undefined;
  readonly percentage: number;
  readonly silent: boolean;
  readonly tags: readonly SpanTag[];
}

/**
 * Which requests have spans, and where these go. A service has its collector whether it is traced or not: so no change of a
 * Telemetry touches its listener, as long as the collector stays the same.
 */
export class Tracers {
  /** By their names. */
  private readonly providers: ReadonlyMap<string, Provider>;
  /** What is in use where no Telemetry says anything. */
  private readonly usual: string | undefined;

  constructor(
    private readonly rules: Rules,
    private readonly callouts: Callouts,
    private readonly problems: Problems,
  ) {
    const { mesh, operator } = meshConfigOf(rules, problems);
    const listed = mesh.extensionProviders ?? [];
    this.providers = new Map(
      listed.flatMap((spec) => {
        const provider = providerOf(spec);
        return provider === undefined ? [] : [[spec.name, provider] as const];
      }),
    );
    const [usual, second] = mesh.defaultProviders?.tracing ?? [];
    this.usual = usual;
    const problem = second === undefined ? usual !== undefined && this.unknown(usual) : ONE_PROVIDER;
    if (operator && problem) problems.error(operator, ["spec", "meshConfig", "defaultProviders", "tracing"], problem);
    for (const telemetry of rules.telemetries) this.check(telemetry);
  }

  /** A service's spans, as the proxies of one side make them. */
  of(service: Target, side: TelemetrySide): Pick<Service, "collector" | "tracing"> {
    // Of protocols whose unit is the connection, proxies see no requests.
    if (service.codec.lane === "session") return {};
    const telemetries = telemetriesOf(service, "tracing", this.rules, this.problems);
    const state = telemetries
      .flatMap(({ spec: { tracing = [] } }) => tracing.filter((entry) => isForSide(entry, side)))
      .reduce<State>(
        (before, { providers, randomSamplingPercentage, disableSpanReporting, customTags }) => ({
          provider: providers?.[0]?.name ?? before.provider,
          percentage: randomSamplingPercentage ?? before.percentage,
          silent: disableSpanReporting ?? before.silent,
          tags: customTags === undefined ? before.tags : Object.entries(customTags).map(tagOf),
        }),
        { provider: this.usual, percentage: USUAL_SAMPLING, silent: false, tags: [] },
      );
    const [any] = this.providers.keys();
    const provider = this.providers.get(state.provider ?? any ?? "");
    if (provider === undefined) return {};
    const { service: host, port, speaks } = provider;
    const collector = { server: this.callouts.toCollector(host, port, speaks.name === "otlp"), speaks };
    if (state.provider === undefined || state.silent) return { collector };
    return { collector, tracing: { percentage: state.percentage, tags: state.tags } };
  }

  private check(telemetry: Resource<TelemetrySpec>): void {
    (telemetry.spec.tracing ?? []).forEach(({ providers = [] }, index) => {
      const path = ["spec", "tracing", index, "providers"];
      const [provider, second] = providers;
      const problem = provider && this.unknown(provider.name);
      if (problem) this.problems.error(telemetry, [...path, 0, "name"], problem);
      if (second) this.problems.error(telemetry, [...path, 1], ONE_PROVIDER);
    });
  }

  private unknown(name: string): string | undefined {
    if (this.providers.has(name)) return undefined;
    const known = [...this.providers.keys()];
    return `no opentelemetry or zipkin among meshConfig.extensionProviders has this name${didYouMean(name, known)}`;
  }
}

const ONE_PROVIDER = "expected one provider: a request has one span";

/** Of a tracer. */
interface Provider {
  readonly service: string;
  readonly port: number;
  readonly speaks: SpanProtocol;
}

/** Where Zipkin's servers take spans of version 2, unless told otherwise; Istio's default, too. */
const ZIPKIN_PATH = "/api/v2/spans";

function providerOf({ opentelemetry, zipkin }: ProviderSpec): Provider | undefined {
  if (opentelemetry) {
    const { service, port } = opentelemetry;
    return { service: hostOf(service), port, speaks: { name: "otlp" } };
  }
  if (zipkin) {
    const { service, port, path = ZIPKIN_PATH, enable64bitTraceId: shortIds = false } = zipkin;
    return { service: hostOf(service), port, speaks: { name: "zipkin", path, shortIds } };
  }
  return undefined;
}

/** Istio lets a namespace stand before the host: `<namespace>/<host>`. */
function hostOf(service: string): string {
  return service.slice(service.indexOf("/") + 1);
}

function tagOf([name, { literal, environment, header, formatter }]: [string, CustomTagSpec]): SpanTag {
  if (literal) return { name, kind: "literal", value: literal.value };
  if (environment) {
    return { name, kind: "environment", variable: environment.name, otherwise: environment.defaultValue ?? "" };
  }
  if (header) return { name, kind: "attribute", attribute: header.name, otherwise: header.defaultValue ?? "" };
  return { name, kind: "format", format: formatter?.value ?? "" };
}
