import { Slice, Writer } from "../../bytes";
import { Metadata } from "../../codec";
import { writeEscaped } from "./path";

const scratch = new Writer();
let authorityLength: i32 = 0;

/** Works out where a request goes: `/<service>/<operation>`, at the service. Null: a frame that could not be read. */
export function findTarget(meta: Metadata | null): void {
  scratch.reset();
  scratch.u8(0x2f);
  writeEscaped(scratch, meta == null ? Slice.empty() : meta.service);
  authorityLength = scratch.length - 1;
  scratch.u8(0x2f);
  writeEscaped(scratch, meta == null ? Slice.empty() : meta.operation);
}

/** The path of the last `findTarget`. */
export function targetPath(): Slice {
  return scratch.view();
}

/** The authority of the last `findTarget`. */
export function targetAuthority(): Slice {
  return Slice.view(scratch.ptr + 1, authorityLength);
}
