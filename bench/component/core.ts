// The core module of wit/codec.wit, called directly, as assembly/component/exports.ts lays it out.

/** What of the module is called. */
interface Core {
  readonly memory: WebAssembly.Memory;
  cabi_realloc(old: number, oldSize: number, alignment: number, size: number): number;
  decode(sender: number, at: number, length: number): number;
  cabi_post_decode(result: number): void;
}

/** What a frame says: its kind by number, where it goes, and its attributes. */
export interface Said {
  readonly kind: number;
  readonly service: string;
  readonly operation: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

const ATTRIBUTE_SIZE = 16;

/** The frame of a client's, with its strings or without. */
export function decoder(module: WebAssembly.Module): {
  whole(frame: Uint8Array): Said;
  bare(frame: Uint8Array): number;
} {
  const core = new WebAssembly.Instance(module, {}).exports as unknown as Core;
  const call = <T>(frame: Uint8Array, read: (result: number) => T): T => {
    const at = core.cabi_realloc(0, 0, 1, frame.length);
    new Uint8Array(core.memory.buffer, at, frame.length).set(frame);
    const result = core.decode(0, at, frame.length);
    const said = read(result);
    core.cabi_post_decode(result);
    return said;
  };
  const kindAt = (result: number) => {
    const bytes = new Uint8Array(core.memory.buffer, result, 9);
    if (bytes[0] !== 0) throw new Error("the codec refuses the frame");
    return bytes[8] ?? 0;
  };
  const whole = (result: number): Said => {
    const kind = kindAt(result);
    const u32 = new Uint32Array(core.memory.buffer);
    const text = (at: number) => {
      const [from = 0, units = 0] = [u32[at / 4], u32[at / 4 + 1]];
      return String.fromCharCode(...new Uint16Array(core.memory.buffer, from, units));
    };
    const [list = 0, count = 0] = [u32[(result + 56) / 4], u32[(result + 60) / 4]];
    const attributes = Array.from({ length: count }, (_, index) => {
      const at = list + index * ATTRIBUTE_SIZE;
      return [text(at), text(at + 8)] as const;
    });
    return { kind, service: text(result + 28), operation: text(result + 36), attributes };
  };
  return { whole: (frame) => call(frame, whole), bare: (frame) => call(frame, kindAt) };
}
