/** What a worker is started with. */
export interface WorkerStart {
  readonly bootstrap: string;
  readonly pulse: SharedArrayBuffer;
  /** The port of the admin interface, where an earlier worker had one already. */
  readonly adminPort: number | undefined;
  /** How many workers were ended by the watchdog before. */
  readonly replaced: number;
  readonly vmMemoryBytes: number | undefined;
  readonly locality: string | undefined;
  readonly levels: readonly LogMethod[];
}

export type LogMethod = "debug" | "info" | "warn" | "error";

/** What a worker tells. Values in `fields` that cannot be cloned are sent as text. */
export type FromWorker =
  | { readonly kind: "started"; readonly adminPort: number }
  | { readonly kind: "ready" }
  | { readonly kind: "closed" }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "vm"; readonly number: number; readonly name: string }
  | { readonly kind: "log"; readonly method: LogMethod; readonly fields: object; readonly message: string };

/** What it is told. */
export type ToWorker = { readonly kind: "close" };
