import { Slice } from "meltemi/assembly";

const BLOCK: i32 = 64;
export const DIGEST_BYTES: i32 = 32;

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2). */
const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

/** The message schedule of one block. */
const W: usize = memory.data(256);

/** SHA-256 (FIPS 180-4) of bytes that come in pieces. */
export class Sha256 {
  /** Eight words of state, then a block that is not full yet. */
  private memory: StaticArray<u8> = new StaticArray<u8>(96);
  private filled: i32 = 0;
  private total: u64 = 0;

  constructor() {
    this.reset();
  }

  reset(): void {
    const state = this.state;
    store<u32>(state, 0x6a09e667);
    store<u32>(state, 0xbb67ae85, 4);
    store<u32>(state, 0x3c6ef372, 8);
    store<u32>(state, 0xa54ff53a, 12);
    store<u32>(state, 0x510e527f, 16);
    store<u32>(state, 0x9b05688c, 20);
    store<u32>(state, 0x1f83d9ab, 24);
    store<u32>(state, 0x5be0cd19, 28);
    this.filled = 0;
    this.total = 0;
  }

  update(bytes: Slice): void {
    let at = bytes.ptr;
    let left = bytes.length;
    this.total += <u64>left;
    while (left > 0) {
      if (this.filled == 0 && left >= BLOCK) {
        this.compress(at);
        at += BLOCK;
        left -= BLOCK;
        continue;
      }
      const taken = min(left, BLOCK - this.filled);
      memory.copy(this.block + <usize>this.filled, at, <usize>taken);
      this.filled += taken;
      at += <usize>taken;
      left -= taken;
      if (this.filled < BLOCK) continue;
      this.compress(this.block);
      this.filled = 0;
    }
  }

  /** Writes the digest, 32 bytes, and begins anew. */
  finish(out: usize): void {
    const bits = this.total << 3;
    store<u8>(this.block + <usize>this.filled, 0x80);
    this.filled++;
    if (this.filled > BLOCK - 8) {
      memory.fill(this.block + <usize>this.filled, 0, <usize>(BLOCK - this.filled));
      this.compress(this.block);
      this.filled = 0;
    }
    memory.fill(this.block + <usize>this.filled, 0, <usize>(BLOCK - 8 - this.filled));
    store<u64>(this.block + <usize>(BLOCK - 8), bswap<u64>(bits));
    this.compress(this.block);
    for (let i: usize = 0; i < <usize>DIGEST_BYTES; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(this.state + i)));
    this.reset();
  }


  @inline private get state(): usize {
    return changetype<usize>(this.memory);
  }


  @inline private get block(): usize {
    return changetype<usize>(this.memory) + 32;
  }

  private compress(block: usize): void {
    for (let i: usize = 0; i < 64; i += 4) store<u32>(W + i, bswap<u32>(load<u32>(block + i)));
    for (let i: usize = 64; i < 256; i += 4) {
      const w15 = load<u32>(W + i - 60);
      const w2 = load<u32>(W + i - 8);
      const s0 = rotr<u32>(w15, 7) ^ rotr<u32>(w15, 18) ^ (w15 >> 3);
      const s1 = rotr<u32>(w2, 17) ^ rotr<u32>(w2, 19) ^ (w2 >> 10);
      store<u32>(W + i, load<u32>(W + i - 64) + s0 + load<u32>(W + i - 28) + s1);
    }
    const state = this.state;
    let a = load<u32>(state);
    let b = load<u32>(state, 4);
    let c = load<u32>(state, 8);
    let d = load<u32>(state, 12);
    let e = load<u32>(state, 16);
    let f = load<u32>(state, 20);
    let g = load<u32>(state, 24);
    let h = load<u32>(state, 28);
    for (let i: usize = 0; i < 256; i += 4) {
      const s1 = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
      const t1 = h + s1 + ((e & f) ^ (~e & g)) + load<u32>(K + i) + load<u32>(W + i);
      const s0 = rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
    }
    store<u32>(state, load<u32>(state) + a);
    store<u32>(state, load<u32>(state, 4) + b, 4);
    store<u32>(state, load<u32>(state, 8) + c, 8);
    store<u32>(state, load<u32>(state, 12) + d, 12);
    store<u32>(state, load<u32>(state, 16) + e, 16);
    store<u32>(state, load<u32>(state, 20) + f, 20);
    store<u32>(state, load<u32>(state, 24) + g, 24);
    store<u32>(state, load<u32>(state, 28) + h, 28);
  }
}
