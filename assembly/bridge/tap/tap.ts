import { Bytes, Slice, Writer } from "../../bytes";
import { Metadata } from "../../codec";
import { grpcService } from "../../hostcalls";
import { Fields } from "../../json";
import { now } from "../clock";
import { keep } from "./kept";
import { Masks } from "./masks";
import { Outbox } from "./outbox";

const MOST_ATTRIBUTES: i32 = 100;
const MOST_NAME: i32 = 256;
const MOST_VALUE: i32 = 1024;

/** What a record is about. */
export enum About {
  /** A request and its answer. */
  Call,
  /** A session: it was opened, or could not be; a client's message in it; its end. */
  Open,
  Message,
  Close,
}

const asked = new Writer();
const record = new Writer();

/**
 * Whether somebody watches the calls of a service, and what is told then. A control plane switches it by configuration
 * while `meltemi tap` runs; a change reaches open connections.
 */
export class Tap {
  /** All else is to be asked only where this is true. */
  on: bool = false;
  private payload: i32 = 0;
  private masks: Masks = new Masks();
  private outbox: Outbox | null = null;
  private identity: string = "";

  /** @param on whether the configuration has it at all */
  read(fields: Fields, service: string, on: bool): void {
    const cluster = on ? fields.requiredString("cluster") : "";
    this.payload = <i32>fields.integer("payload", 0, 0, 65536);
    this.masks.set(fields.strings("mask"));
    fields.done();
    this.on = on;
    if (on && cluster + "\n" + service != this.identity) {
      this.identity = cluster + "\n" + service;
      this.outbox = new Outbox(Bytes.of(service), grpcService(cluster, "tap"));
    }
  }

  /**
   * What a request says, to be kept until its answer is there (`keptAt`, `discard`). Zero: there is no room for it.
   *
   *     asked = str16 service, str16 operation, u16 count, count*( str16 name, str16 value ), bytes32 payload
   */
  ask(meta: Metadata | null, bytes: Slice): usize {
    const at = keep(this.write(meta, bytes));
    if (at == 0) this.outbox!.drop();
    return at;
  }

  private write(meta: Metadata | null, bytes: Slice): Slice {
    asked.reset();
    asked.bytes16(meta == null ? Slice.empty() : meta.service.start(MOST_VALUE));
    asked.bytes16(meta == null ? Slice.empty() : meta.operation.start(MOST_VALUE));
    const count = meta == null ? 0 : min(meta.length, MOST_ATTRIBUTES);
    asked.u16(count);
    for (let i = 0; i < count; i++) {
      const name = meta!.nameAt(i);
      asked.bytes16(name.start(MOST_NAME));
      asked.bytes16(this.masks.shown(name, meta!.valueAt(i)).start(MOST_VALUE));
    }
    this.writePayload(asked, bytes);
    return asked.view();
  }

  /**
   * Tells of something that is over.
   *
   *     record = u8 about, u8 status, u32 code, u64 began, u32 milliseconds, u32 request bytes, u32 answer bytes,
   *              str16 where, asked, bytes32 payload of the answer
   *
   * @param began milliseconds since 1970
   * @param said what `ask` kept
   * @param where the backend's address, as the proxy says it; empty where that is not known
   */
  tell(
    about: About,
    status: i32,
    code: i32,
    began: i64,
    requestBytes: i32,
    answerBytes: i32,
    said: Slice,
    where: Slice,
    answer: Slice,
  ): void {
    const outbox = this.outbox;
    if (!this.on || outbox == null) return;
    record.reset();
    record.u8(about);
    record.u8(status);
    record.u32(code);
    record.u64(began);
    record.u32(<u32>max<i64>(0, now() - began));
    record.u32(requestBytes);
    record.u32(answerBytes);
    record.bytes16(where.start(MOST_NAME));
    record.bytes(said);
    this.writePayload(record, answer);
    outbox.put(record.view());
  }

  /** Tells of a request that has no answer, or one of the proxy's at once. */
  tellAtOnce(status: i32, meta: Metadata | null, bytes: Slice): void {
    this.tell(About.Call, status, 0, now(), bytes.length, 0, this.write(meta, bytes), Slice.empty(), Slice.empty());
  }

  private writePayload(out: Writer, bytes: Slice): void {
    out.bytes32(bytes.length > this.payload ? Slice.view(bytes.ptr, this.payload) : bytes);
  }
}
