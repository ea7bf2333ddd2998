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

  get(key: string): Uint8Array | undefined {
    return this.values.get(key)?.value;
  }

  set(key: string, value: Uint8Array, options: { readonly readOnly: boolean; readonly span: number }): Status {
    if (this.values.get(key)?.readOnly) return Status.BadArgument;
    this.values.set(key, { value, ...options });
    return Status.Ok;
  }

  setObject(key: string, value: Uint8Array, span: number): Status {
    if (!key.startsWith("envoy.")) return Status.NotFound;
    this.values.set(key, { value, readOnly: false, span });
    return Status.Ok;
  }
}
