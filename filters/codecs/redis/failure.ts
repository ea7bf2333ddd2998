import { Failure, Writer } from "meltemi/assembly";
import { codeOf, isCode } from "./outcome";
import { beginError, endLine, writeText } from "./resp";

const MAX_TEXT: i32 = 512;

/** `-CODE meltemi: cause: message`; where a rule asks for the answer, its code (the name of an exception) and its words. */
export function writeFailure(why: Failure, out: Writer): void {
  beginError(out, isCode(why.exception) ? why.exception : codeOf(why.cause));
  const text = why.explain();
  if (text.length > 0) {
    out.u8(0x20);
    writeText(out, text, MAX_TEXT);
  }
  endLine(out);
}
