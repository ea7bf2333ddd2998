import { createRequire } from "node:module";

/** What these tests use of hessian.js, which has no types of its own. */
export interface HessianEncoder {
  write(value: unknown): this;
  writeString(value: string): this;
  writeInt(value: number): this;
  get(): Buffer;
}

interface HessianJs {
  readonly EncoderV2: new (options: { size: number }) => HessianEncoder;
}

const { EncoderV2 } = createRequire(import.meta.url)("hessian.js") as HessianJs;

/** One encoder writes one body: class definitions and references number through all of it. */
export function encoder(): HessianEncoder {
  return new EncoderV2({ size: 4096 });
}
