import { Bytes, Slice, Writer } from "../../bytes";
import { getProperty, grpcCall } from "../../hostcalls";
import { now } from "../clock";
import { tickSoon } from "../later";

const SERVICE = Slice.fixed("meltemi.tap.v1.Tap");
const METHOD = Slice.fixed("Report");
const NODE = Slice.fixed("xds\0node\0id");

// What waits for a tick, and reports that the control plane has not taken yet. Past that, records are dropped and counted.
const MOST_WAITING: i32 = 1048576;
const MOST_REPORTS: i32 = 16;
const TIMEOUT_MS: u32 = 5000;
/** A report of which nothing was heard by then went with an old configuration of the plugin. */
const FORGOTTEN_MS: i64 = 10000;

const report = new Writer();
/** Those in which something waits. */
const full: Array<Outbox> = [];
/** When each report was sent that has no answer yet, by its token. */
const sent = new Map<u32, i64>();

/**
 * The records of one service that wait to be reported, one gRPC message for all of a tick:
 *
 *     report = str16 service, str16 node, u32 dropped, *( bytes32 record )
 */
export class Outbox {
  private records: Writer = new Writer();
  private dropped: i32 = 0;
  private listed: bool = false;

  /**
   * @param service `host:port`
   * @param to a serialised GrpcService
   */
  constructor(
    private service: Bytes,
    private to: Bytes,
  ) {}

  put(record: Slice): void {
    if (this.records.length + record.length > MOST_WAITING) this.dropped++;
    else this.records.bytes32(record);
    this.list();
  }

  /** A record is left out, and whoever watches hears of it. */
  drop(): void {
    this.dropped++;
    this.list();
  }

  private list(): void {
    if (!this.listed) full.push(this);
    this.listed = true;
    tickSoon();
  }

  send(): void {
    const node = getProperty(NODE);
    report.reset();
    report.bytes16(this.service.view());
    report.bytes16(node == null ? Slice.empty() : node);
    report.u32(this.dropped);
    report.bytes(this.records.view());
    const token = grpcCall(this.to.view(), SERVICE, METHOD, Slice.empty(), report.view(), TIMEOUT_MS);
    if (token != 0) sent.set(token, now());
    this.dropped = 0;
    this.records.free();
    this.listed = false;
  }
}

/** Reports what has come up, in the tick of a root. */
export function sendReports(): void {
  if (full.length == 0) return;
  if (!mayReport()) return tickSoon();
  const due = full.splice(0, full.length);
  for (let i = 0; i < due.length; i++) due[i].send();
}

/** A report has reached the control plane, or is lost. */
export function reportEnded(token: u32): void {
  sent.delete(token);
}

function mayReport(): bool {
  if (sent.size < MOST_REPORTS) return true;
  const tokens = sent.keys();
  for (let i = 0; i < tokens.length; i++) if (now() - sent.get(tokens[i]) > FORGOTTEN_MS) sent.delete(tokens[i]);
  return sent.size < MOST_REPORTS;
}
