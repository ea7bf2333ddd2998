// hessian.js carries no types; this is what the suite uses of it.
declare module "hessian.js" {
  interface ByteBuffer {
    put(byte: number): this;
    get(): number;
    position(): number;
    position(at: number): this;
  }
  class EncoderV2 {
    readonly byteBuffer: ByteBuffer;
    write(value: unknown): this;
    writeString(value: string): this;
    get(): Buffer;
  }
  class DecoderV2 {
    readonly byteBuffer: ByteBuffer;
    constructor(bytes: Buffer);
    read(): unknown;
  }
  const hessian: { readonly EncoderV2: typeof EncoderV2; readonly DecoderV2: typeof DecoderV2 };
  export default hessian;
}
