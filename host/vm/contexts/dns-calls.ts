import { Status } from "../abi.js";
import type { Context } from "../context.js";
import type { ResolvedAddress } from "../services.js";
import type { Vm } from "../vm.js";

/** envoy_resolve_dns: names of a root that wait for their addresses. */
export class DnsCalls {
  /** Readable in envoy_on_resolve_dns only. */
  answer: Uint8Array | undefined;
  readonly #waiting = new Set<number>();

  constructor(
    private readonly vm: Vm,
    private readonly root: Context,
  ) {}

  resolve(token: number, name: string): Status {
    const { resolve } = this.vm.services;
    if (!resolve) return Status.Unimplemented;
    this.#waiting.add(token);
    const found = resolve(name);
    if (!(found instanceof Promise)) {
      // As on Envoy, from within the call.
      this.#deliver(token, found);
      return Status.Ok;
    }
    found.then(
      (addresses) => this.#arrived(token, addresses),
      () => this.#arrived(token, undefined),
    );
    return Status.Ok;
  }

  cancelAll(): void {
    this.#waiting.clear();
  }

  #arrived(token: number, addresses: readonly ResolvedAddress[] | undefined): void {
    if (this.vm.busy) {
      this.vm.afterCall(() => this.#arrived(token, addresses));
      return;
    }
    this.#deliver(token, addresses);
  }

  #deliver(token: number, addresses: readonly ResolvedAddress[] | undefined): void {
    if (!this.#waiting.delete(token)) return;
    const { resolveDns } = this.vm.callbacks;
    this.answer = addresses && written(addresses);
    if (resolveDns && this.vm.failure === undefined) {
      this.vm.enter(this.root, resolveDns, this.root.id, token, this.answer?.length ?? 0);
    }
    this.answer = undefined;
    if (!this.vm.busy) this.vm.settle();
  }
}

/** count:u32 ttl:u32{count} (address NUL){count}, little endian; an address has its port, which is 0. */
function written(addresses: readonly ResolvedAddress[]): Uint8Array {
  const head = Buffer.alloc(4 + 4 * addresses.length);
  head.writeUInt32LE(addresses.length);
  for (const [index, { ttlSeconds }] of addresses.entries()) head.writeUInt32LE(ttlSeconds, 4 + 4 * index);
  const texts = addresses.map(({ address }) => `${address.includes(":") ? `[${address}]` : address}:0\0`);
  return Buffer.concat([head, Buffer.from(texts.join(""), "latin1")]);
}
