import { FNV_OFFSET, fnv1a64 } from "../../attributes";
import { Bytes, Slice } from "../../bytes";
import { Metadata } from "../../codec";
import { now } from "../clock";
import { Call } from "./call";
import { Series } from "./series";
import { CallStatus } from "./status";

const MAX_OPERATIONS: i32 = 200;
const MAX_NAME: i32 = 128;
const OTHER: i32 = 0;

const SPACE: u8 = 0x20;
const DELETE: u8 = 0x7f;
const SEMICOLON: u8 = 0x3b;
const EQUALS: u8 = 0x3d;
const UNDERSCORE: u8 = 0x5f;

// An update of the configuration is no reason to begin with names anew.
const known = new Map<string, Calls>();

/** The calls of one service. Callers choose the names of operations, so only so many have figures of their own. */
export class Calls {
  private series: Array<Series> = [];
  private heads: Map<u64, i32> = new Map();
  /** The operation asked for last. */
  private recent: i32 = OTHER;
  private dirty: Array<Series> = [];

  /** @param prefix of the role, in metrics */
  static of(prefix: string, scope: string): Calls {
    const name = prefix + scope;
    if (!known.has(name)) known.set(name, new Calls(prefix, scope));
    return known.get(name);
  }

  private constructor(
    private prefix: string,
    private scope: string,
  ) {
    this.series.push(new Series(Bytes.of(""), Bytes.of(""), prefix, this.labels("other")));
  }

  /** A call begins. `meta`: what its request says; null where it cannot be read. */
  begin(call: Call, meta: Metadata | null): void {
    call.series = this.find(meta);
    call.startedAt = now();
  }

  /** It has its answer, from whomever. */
  end(call: Call, status: CallStatus): void {
    if (call.series < 0) return;
    const series = unchecked(this.series[call.series]);
    this.add(series, status);
    if (status < CallStatus.Local) series.time(now() - call.startedAt);
    call.series = -1;
  }

  /** A call of which nothing is kept. */
  count(meta: Metadata | null, status: CallStatus): void {
    this.add(unchecked(this.series[this.find(meta)]), status);
  }

  /** Tells the proxy what was counted in the callback at hand. */
  flush(): void {
    for (let i = 0; i < this.dirty.length; i++) unchecked(this.dirty[i]).flush();
    this.dirty.length = 0;
  }

  private add(series: Series, status: CallStatus): void {
    series.count(status);
    if (series.pending) return;
    series.pending = true;
    this.dirty.push(series);
  }

  private find(meta: Metadata | null): i32 {
    if (meta == null || meta.service.length + meta.operation.length > MAX_NAME) return OTHER;
    if (unchecked(this.series[this.recent]).is(meta.service, meta.operation)) return this.recent;
    const hash = fnv1a64(fnv1a64(FNV_OFFSET, meta.service), meta.operation);
    let index = this.heads.has(hash) ? this.heads.get(hash) : -1;
    while (index >= 0 && !this.series[index].is(meta.service, meta.operation)) index = this.series[index].next;
    if (index < 0) index = this.admit(hash, meta);
    this.recent = index;
    return index;
  }

  private admit(hash: u64, meta: Metadata): i32 {
    if (this.series.length > MAX_OPERATIONS) return OTHER;
    const service = meta.service;
    const operation = meta.operation;
    const labels = this.labels(plain(service) + "/" + plain(operation));
    const series = new Series(Bytes.copyOf(service), Bytes.copyOf(operation), this.prefix, labels);
    series.next = this.heads.has(hash) ? this.heads.get(hash) : -1;
    const index = this.series.push(series) - 1;
    this.heads.set(hash, index);
    return index;
  }

  private labels(operation: string): string {
    return ";service=" + this.scope + ";operation=" + operation;
  }
}

/** A name as it may stand in a metric's. */
function plain(name: Slice): string {
  const bytes = Bytes.copyOf(name);
  const at = bytes.view().ptr;
  for (let i = 0; i < bytes.length; i++) {
    const byte = load<u8>(at + i);
    const stays = byte > SPACE && byte < DELETE && byte != SEMICOLON && byte != EQUALS;
    if (!stays) store<u8>(at + i, UNDERSCORE);
  }
  return bytes.view().toString();
}
