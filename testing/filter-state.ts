import { type FilterState, Status } from "../host/vm/index.js";

/** A value of the filter state, and what was said when it was set. */
export interface StateValue {
  readonly value: Uint8Array;
  readonly readOnly: boolean;
  /** 0 filter chain, 1 downstream request, 2 downstream connection. */
  readonly span: number;
}

/** Filter state of one stream. Envoy makes objects only of keys that have a factory; here those are `envoy.…`. */
export class TestFilterState implements FilterState {
  readonly values = new Map<string, StateValue>();

  /** A value as bytes; undefined where there is none. */
  get(key: string): Uint8Array | undefined {
    return this.values.get(key)?.value;
  }

  /** Sets a value (`set_property`, `declare_property`); one that is read-only is refused. */
  set(key: string, value: Uint8Array, options: { readonly readOnly: boolean; readonly span: number }): Status {
    if (this.values.get(key)?.readOnly) return Status.BadArgument;
    this.values.set(key, { value, ...options });
    return Status.Ok;
  }

  /** Sets an object of Envoy's own (`set_envoy_filter_state`); other keys are not found. */
  setObject(key: string, value: Uint8Array, span: number): Status {
    if (!key.startsWith("envoy.")) return Status.NotFound;
    this.values.set(key, { value, readOnly: false, span });
    return Status.Ok;
  }
}
