import { Status } from "../abi.js";
import type { ByteString } from "../data.js";

/** A value and its compare-and-swap number. */
export interface SharedValue {
  readonly bytes: Uint8Array;
  readonly cas: number;
}

/** proxy_*_shared_data: by vm_id. Compare-and-swap numbers come from one counter for all, as on Envoy. */
export class SharedData {
  readonly #byVm = new Map<string, Map<ByteString, SharedValue>>();
  #lastCas = 0;

  get(vmId: string, key: ByteString): SharedValue | undefined {
    return this.#byVm.get(vmId)?.get(key);
  }

  /** Everything that VMs of an id share. */
  all(vmId: string): ReadonlyMap<ByteString, SharedValue> {
    return this.#byVm.get(vmId) ?? new Map();
  }

  /** `cas` 0 forces; a key that is not there ignores it. */
  set(vmId: string, key: ByteString, bytes: Uint8Array, cas: number): Status {
    let values = this.#byVm.get(vmId);
    if (!values) {
      values = new Map();
      this.#byVm.set(vmId, values);
    }
    const old = values.get(key);
    if (old && cas !== 0 && cas !== old.cas) return Status.CasMismatch;
    this.#lastCas++;
    values.set(key, { bytes, cas: this.#lastCas });
    return Status.Ok;
  }

  /** The last VM of an id is gone. */
  forget(vmId: string): void {
    this.#byVm.delete(vmId);
  }
}
