import { fileURLToPath } from "node:url";
import { readFrames, type SampleFrame } from "../../../../testing/codec/index.js";
import { encoder, type HessianEncoder } from "./hessian.support.js";

export const source = { folder: "filters/codecs/dubbo", module: "dubbo", name: "Dubbo" };

/** Frames recorded between an Apache Dubbo provider and consumer (test/peers/dubbo). */
export function recorded(): SampleFrame[] {
  return readFrames(fileURLToPath(new URL("../samples", import.meta.url)));
}

export function sample(name: string): SampleFrame {
  const found = recorded().find((it) => it.name === `${name}.hex`);
  if (!found) throw new Error(`no sample ${name}`);
  return found;
}

export interface RequestParts {
  readonly id?: bigint;
  readonly flag?: number;
  readonly path?: string;
  readonly version?: string | null;
  readonly method?: string;
  readonly descriptor?: string;
  readonly arguments?: readonly unknown[];
  /** Absent: the body ends with the arguments. */
  readonly attachments?: unknown;
}

export function request(parts: RequestParts = {}): Buffer {
  const body = encoder();
  body.writeString("2.0.2").writeString(parts.path ?? "demo.Reviews");
  if (parts.version === null) body.write(null);
  else body.writeString(parts.version ?? "1.0.0");
  const values = parts.arguments ?? [];
  body.writeString(parts.method ?? "list").writeString(parts.descriptor ?? "Ljava/lang/Object;".repeat(values.length));
  for (const value of values) body.write(value);
  if ("attachments" in parts) body.write(parts.attachments);
  return frame(parts.flag ?? 0xc2, 0, parts.id ?? 7n, body.get());
}

export interface ResponseParts {
  readonly id?: bigint;
  readonly status?: number;
  /** 0x90 to 0x95. */
  readonly content?: number;
  readonly write?: (body: HessianEncoder) => void;
}

export function response(parts: ResponseParts = {}): Buffer {
  const body = encoder();
  if (parts.content !== undefined) body.writeInt(parts.content - 0x90);
  parts.write?.(body);
  return frame(2, parts.status ?? 20, parts.id ?? 7n, body.get());
}

export function frame(flag: number, status: number, id: bigint, body: Uint8Array): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt16BE(0xdabb);
  head[2] = flag;
  head[3] = status;
  head.writeBigUInt64BE(id, 4);
  head.writeUInt32BE(body.length, 12);
  return Buffer.concat([head, body]);
}

/** A java.util map that hessian.js writes with its keys in this order. */
export function map(entries: Record<string, unknown>): Map<string, unknown> {
  return new Map(Object.entries(entries));
}

/** UTF-8 as the probe shows it. */
export function utf8(text: string): string {
  return Buffer.from(text).toString("latin1");
}
