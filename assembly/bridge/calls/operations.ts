import { FNV_OFFSET, fnv1a64 } from "../../attributes";
import { Bytes } from "../../bytes";
import { Metadata } from "../../codec";
import { plain } from "./plain";

const MOST_OPERATIONS: i32 = 200;
const MOST_BYTES: i32 = 120;

const UNKNOWN: i32 = 0;
const OTHER: i32 = 1;

/** The operations of a service by number, as they come; those that cannot be read, and those beyond the bound, share one. */
export class Operations {
  private known: Array<Operation> = [
    new Operation(Bytes.of(""), Bytes.of(""), "unknown"),
    new Operation(Bytes.of(""), Bytes.of(""), "other"),
  ];
  private heads: Map<u64, i32> = new Map();
  /** The one asked for last. */
  private recent: i32 = UNKNOWN;

  /** @param meta null where the request cannot be read */
  numberOf(meta: Metadata | null): i32 {
    if (meta == null) return UNKNOWN;
    if (this.recent > OTHER && unchecked(this.known[this.recent]).is(meta)) return this.recent;
    const hash = fnv1a64(fnv1a64(FNV_OFFSET, meta.service), meta.operation);
    let number = this.heads.has(hash) ? this.heads.get(hash) : UNKNOWN;
    while (number > OTHER && !unchecked(this.known[number]).is(meta)) number = unchecked(this.known[number]).next;
    if (number == UNKNOWN) number = this.admit(hash, meta);
    this.recent = number;
    return number;
  }

  nameAt(number: i32): string {
    return unchecked(this.known[number]).name;
  }

  private admit(hash: u64, meta: Metadata): i32 {
    if (this.known.length == MOST_OPERATIONS) return OTHER;
    const operation = new Operation(Bytes.copyOf(meta.service), Bytes.copyOf(meta.operation), nameOf(meta));
    operation.next = this.heads.has(hash) ? this.heads.get(hash) : UNKNOWN;
    const number = this.known.push(operation) - 1;
    this.heads.set(hash, number);
    return number;
  }
}

class Operation {
  /** Another with the same hash; UNKNOWN: none. */
  next: i32 = UNKNOWN;

  constructor(
    private service: Bytes,
    private operation: Bytes,
    readonly name: string,
  ) {}

  is(meta: Metadata): bool {
    return this.operation.view().equals(meta.operation) && this.service.view().equals(meta.service);
  }
}

/** `service/operation`, in characters that a label may have without any care. */
function nameOf(meta: Metadata): string {
  const name = plain(meta.service) + "/" + plain(meta.operation);
  return name.length > MOST_BYTES ? name.substring(0, MOST_BYTES) : name;
}
