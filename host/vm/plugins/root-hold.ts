import type { RootContext } from "../contexts/index.js";
import type { Vm } from "../vm.js";

/** A root and who uses it: plugins and streams. The last one to let go ends it. */
export class RootHold {
  #uses = 1;

  constructor(
    readonly vm: Vm,
    readonly root: RootContext,
    private readonly ended: () => void,
  ) {}

  /** May be used for new streams. */
  get alive(): boolean {
    return this.vm.failure === undefined && this.#uses > 0;
  }

  retain(): this {
    this.#uses++;
    return this;
  }

  release(): void {
    this.#uses--;
    if (this.#uses > 0) return;
    this.root.shutdown();
    this.ended();
  }
}
