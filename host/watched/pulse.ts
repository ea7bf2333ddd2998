/** Slots of the shared memory. */
const BEATS = 0;
const RUNNING = 1;

/**
 * What a data plane's thread shows of itself in shared memory: a beat each time its loop comes round, and which VM it is
 * in. It can be read while the thread answers nothing.
 */
export class Pulse {
  readonly #slots: Int32Array;

  constructor(readonly memory = new SharedArrayBuffer(8)) {
    this.#slots = new Int32Array(memory);
  }

  beat(): void {
    Atomics.add(this.#slots, BEATS, 1);
  }

  get beats(): number {
    return Atomics.load(this.#slots, BEATS);
  }

  /** The number of the VM that a call is in; 0 outside. Set at every call: a plain store, which costs next to nothing. */
  set running(vm: number) {
    this.#slots[RUNNING] = vm;
  }

  get running(): number {
    return Atomics.load(this.#slots, RUNNING);
  }
}
