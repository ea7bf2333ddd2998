import { Slice } from "../../bytes";
import { Metadata } from "../../codec";

const MOST_OPERATIONS: i32 = 200;
const MOST_BYTES: i32 = 120;

// FNV-1a, 64 bits.
const OFFSET_BASIS: u64 = 0xcbf29ce484222325;
const PRIME: u64 = 0x100000001b3;
const SLASH: u8 = 0x2f;
const LOW_LINE: u8 = 0x5f;

/** The operations of a service by number, as they come; those that cannot be read, and those beyond the bound, share one. */
export class Operations {
  private numbers: Map<u64, i32> = new Map();
  private names: Array<string> = ["unknown", "other"];

  /** @param meta null where the request cannot be read */
  numberOf(meta: Metadata | null): i32 {
    if (meta == null) return 0;
    const hash = add(add(OFFSET_BASIS, meta.service) * PRIME, meta.operation);
    if (this.numbers.has(hash)) return this.numbers.get(hash);
    if (this.names.length == MOST_OPERATIONS) return 1;
    const number = this.names.length;
    this.names.push(nameOf(meta));
    this.numbers.set(hash, number);
    return number;
  }

  nameAt(number: i32): string {
    return unchecked(this.names[number]);
  }
}

function add(hash: u64, bytes: Slice): u64 {
  for (let i = 0; i < bytes.length; i++) hash = (hash ^ (<u64>load<u8>(bytes.ptr + <usize>i))) * PRIME;
  return hash;
}

/** `service/operation`, in characters that a label may have without any care. */
function nameOf(meta: Metadata): string {
  const length = min(meta.service.length + 1 + meta.operation.length, MOST_BYTES);
  const name = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const at = i - meta.service.length;
    const char = at < 0 ? meta.service.at(i) : at == 0 ? SLASH : meta.operation.at(at - 1);
    name[i] = isPlain(char) ? char : LOW_LINE;
  }
  return String.UTF8.decode(name.buffer);
}

/** Letters, digits, and `$ - . / : _`. */
function isPlain(char: u8): bool {
  if (char >= 0x2d && char <= 0x3a) return true;
  const lower = char | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || char == LOW_LINE || char == 0x24;
}
