import { headerHash } from "../../attributes";
import { sameBytes, Slice, Writer } from "../../bytes";
import { Metadata } from "../../codec";
import { writeEscaped } from "./path";

const scratch = new Writer();
let authorityLength: i32 = 0;
let pathHash: u64 = 0;
let authorityHash: u64 = 0;
/** Both parts stand in the path as they are: the next request that has the same has the same path. */
let plain: bool = false;

/** Works out where a request goes: `/<service>/<operation>`, at the service. Null: a frame that could not be read. */
export function findTarget(meta: Metadata | null): void {
  if (meta != null && isSame(meta)) return;
  scratch.reset();
  scratch.u8(0x2f);
  writeEscaped(scratch, meta == null ? Slice.empty() : meta.service);
  authorityLength = scratch.length - 1;
  scratch.u8(0x2f);
  writeEscaped(scratch, meta == null ? Slice.empty() : meta.operation);
  pathHash = headerHash(Slice.empty(), targetPath());
  authorityHash = headerHash(Slice.empty(), targetAuthority());
  plain = meta != null && scratch.length == 2 + meta.service.length + meta.operation.length;
}

/** Does this go where the last request went? Said only where nothing of that was escaped. */
function isSame(meta: Metadata): bool {
  const service = meta.service;
  const operation = meta.operation;
  if (!plain || service.length != authorityLength) return false;
  if (scratch.length != 2 + service.length + operation.length) return false;
  if (!sameBytes(scratch.ptr + 1, service.ptr, service.length)) return false;
  return sameBytes(scratch.ptr + <usize>(2 + service.length), operation.ptr, operation.length);
}

/** The path of the last `findTarget`. */
export function targetPath(): Slice {
  return scratch.view();
}

/** The authority of the last `findTarget`. */
export function targetAuthority(): Slice {
  return Slice.view(scratch.ptr + 1, authorityLength);
}

/** Hashes of both, as HPACK's encoder wants them. */
export function targetPathHash(): u64 {
  return pathHash;
}

export function targetAuthorityHash(): u64 {
  return authorityHash;
}
