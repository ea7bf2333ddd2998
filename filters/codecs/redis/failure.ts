import { Failure, Slice, Writer } from "meltemi/assembly";
import { codeOf } from "./outcome";
import { beginError, endLine, writeText } from "./resp";

const MAX_TEXT: i32 = 512;
const REASONS: Array<Slice> = [
  Slice.fixed(" meltemi: no route"),
  Slice.fixed(" meltemi: unavailable"),
  Slice.fixed(" meltemi: timeout"),
  Slice.fixed(" meltemi: denied"),
  Slice.fixed(" meltemi: limited"),
  Slice.fixed(" meltemi: too large"),
  Slice.fixed(" meltemi: fault"),
];

/** `-CODE meltemi: cause: message` */
export function writeFailure(why: Failure, out: Writer): void {
  beginError(out, codeOf(why.cause));
  out.bytes(REASONS[why.cause]);
  if (why.message.length > 0) {
    out.u16(0x3a20); // «: »
    writeText(out, why.message, MAX_TEXT);
  }
  endLine(out);
}
