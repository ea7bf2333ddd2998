import type { Segment } from "./segment.js";

/** Bytes that are not in the recorded file. */
export interface Gap {
  /** Where they would be, in bytes from the direction's beginning. */
  readonly at: number;
  readonly missing: number;
}

interface Held {
  readonly at: number;
  readonly bytes: Buffer;
}

const MODULUS = 2 ** 32;

/**
 * One direction of a connection: its bytes in the order in which they were sent, each once. RFC 9293: a byte's place is its
 * sequence number, modulo 2^32; SYN and FIN take one each.
 */
export class Stream {
  /** Bytes that came in order. */
  length = 0;
  #base: number | undefined;
  #held: Held[] = [];
  #end: number | undefined;

  /** Is this the SYN of another connection between the same ends? */
  isAnother(segment: Segment): boolean {
    return segment.syn && this.#base !== undefined && (segment.sequence + 1) % MODULUS !== this.#base;
  }

  /** Takes a segment; what is in order by it now. */
  take({ sequence, syn, fin, rst, payload, missing }: Segment): Buffer[] {
    if (rst) return [];
    const first = syn ? (sequence + 1) % MODULUS : sequence;
    // An acknowledgement alone says where the next byte will be, too.
    this.#base ??= first;
    const at = this.#placeOf(first);
    if (fin) this.#end = at + payload.length + missing;
    else if (missing > 0) this.#end = Math.max(this.#end ?? 0, at + payload.length + missing);
    if (payload.length === 0 || at + payload.length <= this.length) return [];
    this.#hold({ at, bytes: payload });
    return this.#inOrder();
  }

  /** What is missing at the place where the bytes in order end, as far as is known; at the connection's end. */
  gap(): Gap | undefined {
    const next = this.#held[0]?.at ?? this.#end ?? this.length;
    return next > this.length ? { at: this.length, missing: next - this.length } : undefined;
  }

  /** So many bytes are there behind the gap. */
  get behind(): number {
    return this.#held.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** The distance from the bytes in order is at most half of all numbers, in either direction. */
  #placeOf(sequence: number): number {
    const next = ((this.#base ?? 0) + this.length) % MODULUS;
    const forward = (sequence - next + MODULUS) % MODULUS;
    return this.length + (forward < MODULUS / 2 ? forward : forward - MODULUS);
  }

  /** In order of their places; what is there already is not taken again. */
  #hold(piece: Held): void {
    // Most come in order, and so at the end.
    const before = this.#held.findLastIndex(({ at }) => at <= piece.at);
    this.#held.splice(before + 1, 0, piece);
  }

  #inOrder(): Buffer[] {
    const ready: Buffer[] = [];
    for (let next = this.#held[0]; next !== undefined && next.at <= this.length; next = this.#held[0]) {
      this.#held.shift();
      const fresh = next.bytes.subarray(this.length - next.at);
      if (fresh.length === 0) continue;
      ready.push(fresh);
      this.length += fresh.length;
    }
    return ready;
  }
}
