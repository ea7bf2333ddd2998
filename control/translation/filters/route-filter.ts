import type { Route, Service } from "../../model/index.js";

/** An HTTP filter of ours that acts where a route asks for it. */
export interface RouteFilter {
  /** The module's name: `http/<module>.wasm`. */
  readonly module: string;
  /** It judges a session by its opening, too. */
  readonly sessions?: boolean;
  /**
   * What a route wants of the filter, in the form of the filter's configuration; undefined: nothing.
   * @param kept by what a route's requests find it again after a filter has changed them
   */
  settings(route: Route, service: Service, kept: string | undefined): object | undefined;
}
