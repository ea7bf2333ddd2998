import type { Route } from "../../model/index.js";

/** An HTTP filter of ours that acts where a route asks for it. */
export interface RouteFilter {
  /** The module's name: `http/<module>.wasm`. */
  readonly module: string;
  /** What a route wants of the filter, in the form of the filter's configuration; undefined: nothing. */
  settings(route: Route): object | undefined;
}
