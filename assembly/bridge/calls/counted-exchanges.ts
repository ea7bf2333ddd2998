import { Slice } from "../../bytes";
import { Exchanges, Metadata, Outcome } from "../../codec";
import { now } from "../clock";
import { Calls } from "./calls";
import { Exchange } from "./exchange";
import { CallStatus, callStatusOf } from "./status";

const FORBIDDEN: i32 = 403;

const meta = new Metadata();

/** Counts the requests within one session, each when it has its answer. */
export class CountedExchanges extends Exchanges {
  /** Those that have no answer yet, in their order; zero: none. */
  private first: usize = 0;
  private last: usize = 0;
  private version: i32 = 0;
  /** Of the answer that is under way. */
  private answerBytes: i64 = 0;

  constructor(private calls: Calls) {
    super();
  }

  /** The session is with a backend of this version; null: nobody says it. */
  connected(version: Slice | null): void {
    this.version = this.calls.versionOf(version);
  }

  // ── What the codec says ──

  begin(): void {
    const exchange = changetype<usize>(Exchange.begin(now()));
    if (this.last == 0) this.first = exchange;
    else changetype<Exchange>(this.last).next = exchange;
    this.last = exchange;
  }

  names(service: Slice, operation: Slice): void {
    if (this.last == 0) return;
    meta.service = service;
    meta.operation = operation;
    changetype<Exchange>(this.last).operation = this.calls.operationOf(meta);
  }

  answered(outcome: Outcome, code: i32): void {
    this.end(callStatusOf(outcome), code);
  }

  denied(): void {
    this.end(CallStatus.Proxy, FORBIDDEN);
  }

  // ── What passes ──

  /** A message of the client's belongs to the latest request. */
  sent(bytes: u64): void {
    if (this.last == 0) return;
    const exchange = changetype<Exchange>(this.last);
    exchange.requestBytes = <i32>min<u64>(<u64>exchange.requestBytes + bytes, i32.MAX_VALUE);
  }

  /** A message of the server's belongs to the answer of the first, or to none. */
  heard(bytes: u64): void {
    if (this.first != 0) this.answerBytes += <i64>min<u64>(bytes, i32.MAX_VALUE);
  }

  /** Those that have no answer get none. `status`: HTTP's, for why. */
  lost(status: i32): void {
    while (this.first != 0) this.end(CallStatus.Proxy, status);
  }

  private end(status: CallStatus, code: i32): void {
    if (this.first == 0) return;
    const exchange = changetype<Exchange>(this.first);
    const answerBytes = <i32>min<i64>(this.answerBytes, i32.MAX_VALUE);
    this.calls.exchanged(exchange, this.version, status, code, answerBytes);
    this.drop();
  }

  private drop(): void {
    const exchange = changetype<Exchange>(this.first);
    this.first = exchange.next;
    if (this.first == 0) this.last = 0;
    this.answerBytes = 0;
    exchange.free();
  }

  /** The client is gone, and waits for nothing. */
  free(): void {
    while (this.first != 0) this.drop();
  }
}
