import type { MethodDefinition } from "@grpc/grpc-js";
import type { TapMatch } from "./match.js";
import type { TapRecord } from "./record.js";

/** What somebody wants to see. */
export interface TapRequest {
  /** `host:port`, or a host: all its ports. */
  readonly service: string;
  readonly match: readonly TapMatch[];
  /** So many bytes of each raw frame; 0: none. At most 65536. */
  readonly payload: number;
  /** Words in names of attributes that are secrets too, beside those that always are. */
  readonly mask: readonly string[];
}

/** What a watcher is sent: first which services it watches, then what happens there. */
export type TapEvent =
  | { readonly services: readonly string[] }
  | { readonly record: TapRecord }
  /** So many records were left out: more came than could be handed on. */
  | { readonly dropped: number };

/** Bytes of a payload that can be asked for, at most. */
export const MOST_PAYLOAD = 65_536;

/** Of codecs: the wire form is theirs (`readReport`). */
const Report: MethodDefinition<Uint8Array, Uint8Array> = {
  path: "/meltemi.tap.v1.Tap/Report",
  requestStream: false,
  responseStream: false,
  requestSerialize: (bytes) => Buffer.from(bytes),
  requestDeserialize: (bytes) => bytes,
  responseSerialize: (bytes) => Buffer.from(bytes),
  responseDeserialize: (bytes) => bytes,
};

/** Of watchers: JSON both ways. */
const Watch: MethodDefinition<TapRequest, TapEvent> = {
  path: "/meltemi.tap.v1.Tap/Watch",
  requestStream: false,
  responseStream: true,
  requestSerialize: toJson,
  requestDeserialize: fromJson,
  responseSerialize: toJson,
  responseDeserialize: fromJson,
};

/** The gRPC service that stands beside discovery on the control plane's port. */
export const TapService = { Report, Watch };

function toJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function fromJson<Value>(bytes: Buffer): Value {
  return JSON.parse(bytes.toString("utf8")) as Value;
}
