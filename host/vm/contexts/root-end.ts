import { Status } from "../abi.js";
import type { Context } from "../context.js";
import type { Vm } from "../vm.js";

/** How a root ends: on_done may say "not yet", and proxy_done then says "now". */
export class RootEnd {
  #phase: "live" | "waiting" | "gone" = "live";

  constructor(
    private readonly vm: Vm,
    private readonly root: Context,
    private readonly release: () => void,
  ) {}

  begin(): void {
    if (this.#phase !== "live") return;
    const done = this.vm.callback(this.root, this.vm.callbacks.done, 1, this.root.id) !== 0;
    if (done) this.#finish();
    else this.#phase = "waiting";
  }

  /** Deferred: on_delete does not run within done. */
  done(): Status {
    if (this.#phase !== "waiting") return Status.NotFound;
    this.#phase = "gone";
    this.vm.afterCall(() => this.#finish());
    return Status.Ok;
  }

  #finish(): void {
    this.#phase = "gone";
    this.vm.callback(this.root, this.vm.callbacks.delete, 0, this.root.id);
    this.release();
    this.vm.contexts.delete(this.root.id);
  }
}
