import type { Context } from "../context.js";
import type { Vm } from "../vm.js";

/** on_tick: armed again after each callback, so a slow one does not pile up. A period of 0 stops it. */
export class Ticker {
  #period = 0;
  #cancel: (() => void) | undefined;

  constructor(
    private readonly vm: Vm,
    private readonly root: Context,
  ) {}

  set(milliseconds: number): void {
    this.stop();
    this.#period = milliseconds;
    if (milliseconds > 0) this.#arm();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#period = 0;
  }

  #arm(): void {
    this.#cancel = this.vm.state.clock.after(this.#period, () => {
      this.#cancel = undefined;
      this.vm.callback(this.root, this.vm.callbacks.tick, 0, this.root.id);
      // The callback may have set another period, which is armed already.
      if (this.#period > 0 && !this.#cancel && this.vm.failure === undefined) this.#arm();
    });
  }
}
