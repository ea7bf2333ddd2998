import { FNV_OFFSET, fnv1a64, MAX_VALUE_BYTES } from "../../attributes";
import { Bytes, Slice, Writer } from "../../bytes";
import { Metadata } from "../../codec";
import { Flow } from "./flow";
import { FlowSettings } from "../settings";

// A key:  *( ABSENT u32 / class u32 / length u32, value )  for each attribute of the settings: its class where rules tell only
// some values apart, else the value itself.
const ABSENT: u32 = 0xffffffff;

const scratch = new Writer();

/** Writes the key of a request; a view that is good until the next one. */
export function keyOf(meta: Metadata, settings: FlowSettings): Slice {
  scratch.reset();
  const attributes = settings.attributes;
  for (let i = 0; i < attributes.length; i++) {
    const attribute = unchecked(attributes[i]);
    const value = meta.get(attribute.name.view());
    // A longer one gets no header, so no rule sees it.
    if (value == null || value.length > MAX_VALUE_BYTES) {
      scratch.u32(ABSENT);
      continue;
    }
    const classes = attribute.classes;
    if (classes != null) {
      scratch.u32(classes.of(value));
      continue;
    }
    scratch.u32(value.length);
    scratch.bytes(value);
  }
  return scratch.view();
}

/** Hashes only find a key; what makes it this one is its bytes. */
@inline
export function hashOf(key: Slice): u64 {
  return key.length == 0 ? 0 : fnv1a64(FNV_OFFSET, key);
}

/** The streams of one key: `width` for each cell. */
export class Key {
  readonly flows: StaticArray<Flow | null>;
  /** Others with the same hash. */
  next: Key | null = null;
  /** How many streams there are. */
  count: i32 = 0;
  private turn: i32 = 0;
  private bytes: Bytes;

  constructor(
    key: Slice,
    readonly hash: u64,
    private settings: FlowSettings,
  ) {
    this.bytes = Bytes.copyOf(key);
    this.flows = new StaticArray<Flow | null>(settings.cells * settings.width);
  }


  @inline is(key: Slice): bool {
    return this.bytes.length == key.length && this.bytes.view().equals(key);
  }

  /** The place of the stream whose turn it is, of those of a cell. */
  place(cell: i32, width: i32): i32 {
    if (width == 1) return cell;
    this.turn = (this.turn + 1) % width;
    return cell * width + this.turn;
  }
}
