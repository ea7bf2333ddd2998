import { Input, type Limits } from "./input.js";
import { ModuleError } from "./module-error.js";

const MEMORY_SECTION = 5;
const HEAD_BYTES = 8;
/** A limits' flags: there is a maximum; 64-bit or shared memories have others too, and are left as they are. */
const HAS_MAXIMUM = 1;

/**
 * The module with a maximum on its own memory, which the engine then keeps: memory.grow fails, and that is the module's to
 * handle. A smaller maximum of its own stays.
 *   memory section (core specification, 5.5.8) = 5 size:u32 vec(limits)     limits = 0 min:u32 | 1 min:u32 max:u32
 * @throws ModuleError where it wants more from the start
 */
export function limitMemory(code: Uint8Array, pages: number): Uint8Array {
  const input = new Input(code);
  input.at = HEAD_BYTES;
  while (!input.done) {
    const start = input.at;
    const id = input.byte();
    const size = input.unsigned();
    const end = input.at + size;
    if (id === MEMORY_SECTION) {
      const content = limitedMemories(input, pages);
      if (content === undefined) return code;
      const section = [MEMORY_SECTION, ...leb128(content.length), ...content];
      return Buffer.concat([code.subarray(0, start), Buffer.from(section), code.subarray(end)]);
    }
    input.at = end;
  }
  return code;
}

/** The same for a memory that the module imports: the host makes it. @throws ModuleError */
export function limitOf(limits: Limits, pages: number): Limits & { readonly maximum: number } {
  if (limits.initial > pages) {
    throw new ModuleError(`the module wants ${limits.initial} pages of memory, and may have ${pages}`);
  }
  return { initial: limits.initial, maximum: Math.min(limits.maximum ?? pages, pages) };
}

/** The section's new content; undefined: leave it. */
function limitedMemories(input: Input, pages: number): number[] | undefined {
  const count = input.unsigned();
  const content = leb128(count);
  for (let index = 0; index < count; index++) {
    const flags = input.byte();
    if (flags > HAS_MAXIMUM) return undefined;
    const initial = input.unsigned();
    const own = flags === HAS_MAXIMUM ? { initial, maximum: input.unsigned() } : { initial };
    const { maximum } = limitOf(own, pages);
    content.push(HAS_MAXIMUM, ...leb128(initial), ...leb128(maximum));
  }
  return content;
}

function leb128(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}
