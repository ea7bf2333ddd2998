import type { SpanContext } from "@opentelemetry/api";
import type { HeaderMap } from "../headers/index.js";

/** What a caller says of the trace that its request belongs to. */
export interface Inherited {
  /** Whose child the proxy's span is; undefined: the trace begins here. */
  readonly parent?: SpanContext;
  /** Whether the request is traced; undefined: the caller left that to others. */
  readonly sampled?: boolean;
}

/** The headers by which a trace goes from hop to hop. */
export interface Propagation {
  /** What a request came with; undefined: it cannot be read, and is left as it is. */
  extract(headers: HeaderMap): Inherited | undefined;
  /** Makes a span the parent of what the backend does. */
  inject(headers: HeaderMap, span: SpanContext, inherited: Inherited): void;
}
