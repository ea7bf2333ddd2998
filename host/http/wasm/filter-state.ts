import { type FilterState, Status } from "../../vm/index.js";
import type { StreamContext } from "../stream/index.js";

/** Objects that Envoy can make from bytes and that something here reads. */
const OBJECTS: ReadonlySet<string> = new Set([
  "envoy.string",
  "envoy.tcp_proxy.cluster",
  "envoy.network.upstream_server_name",
  "envoy.network.application_protocols",
]);

/** Span of a value that lives as long as the connection. */
const CONNECTION_SPAN = 2;

/** A stream's filter state as modules see it. What is set for the connection is there for its later streams too. */
export function streamFilterState(stream: StreamContext): FilterState {
  const readOnly = new Set<string>();
  const write = (key: string, value: Uint8Array, span: number): Status => {
    if (readOnly.has(key)) return Status.BadArgument;
    stream.info.filterState.set(key, value);
    if (span === CONNECTION_SPAN) stream.connection.info.filterState.set(key, value);
    return Status.Ok;
  };
  return {
    get: (key) => stream.info.filterState.get(key),
    set(key, value, options) {
      const status = write(key, value, options.span);
      if (status === Status.Ok && options.readOnly) readOnly.add(key);
      return status;
    },
    setObject: (key, value, span) => (OBJECTS.has(key) ? write(key, value, span) : Status.NotFound),
  };
}
