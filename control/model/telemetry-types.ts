import type { JsonObject } from "@bufbuild/protobuf";

/** What rules want to see of calls: lines of logs, spans, and whole calls as they go by. */

/** A file that proxies write to, or `/dev/stdout`. */
export interface AccessLog {
  readonly name: string;
  readonly path: string;
  /** Meltemi's own line where it is not there. */
  readonly format?: LogFormat;
}

/** Envoy's format strings: a line, or the members of an object in JSON; those of Meltemi's own where there are none. */
export type LogFormat = { readonly text: string } | { readonly members: JsonObject };

/** That a service's requests are written to a log: so many of them in percent, and of those the ones within the bounds. */
export interface Logging extends LogFilter {
  /** The log's name. */
  readonly log: string;
  readonly percentage: number;
}

/** Bounds of 32 bits, both of them within. `code` is HTTP's. */
export interface LogFilter {
  readonly code: { readonly least: number; readonly most: number };
  readonly milliseconds: { readonly least: number; readonly most: number };
}

/** How spans are told, and by which headers a trace goes on: OTLP over gRPC and W3C's, or Zipkin's JSON at a path and B3. */
export type SpanProtocol = { readonly name: "otlp" } | ZipkinProtocol;

/** `shortIds`: of 64 bits, for traces that begin at a proxy. */
export interface ZipkinProtocol {
  readonly name: "zipkin";
  readonly path: string;
  readonly shortIds: boolean;
}

/** A service's spans. Requests of callers that decided are traced, or not, as they decided. */
export interface Tracing {
  /** Of the others, so many in percent. */
  readonly percentage: number;
  readonly tags: readonly SpanTag[];
}

/** What a span says beside its usual tags. */
export type SpanTag = { readonly name: string } & (
  | { readonly kind: "literal"; readonly value: string }
  | { readonly kind: "environment"; readonly variable: string; readonly otherwise: string }
  | { readonly kind: "attribute"; readonly attribute: string; readonly otherwise: string }
  /** In Envoy's format strings. */
  | { readonly kind: "format"; readonly format: string }
);

/** See `../tap`. */
export interface Tap {
  /** So many bytes of each raw frame. */
  readonly payload: number;
  /** Words in names of attributes that are secrets. */
  readonly mask: readonly string[];
}
