// A response's body, where its status is 20: a number that says what is in it, and, from 3 on, attachments behind that.
//   0, 3 an exception    1, 4 a value    2, 5 nothing: null or void
// With any other status the body is one text: the reason.
import { Frame, Metadata, Mutation, Outcome, Reader, Slice, Writer } from "meltemi/assembly";
import { Serialization } from "../serialization";
import { Attachments, copySince, rewriteAttachments } from "./attachments";
import { HEAD, OK, statusOf } from "./header";
import { outcomeOf } from "./status";

const WITH_ATTACHMENTS: i32 = 3;
const EXCEPTION: i32 = 0;
const NOTHING: i32 = 2;

const input = new Reader();
const attachments = new Attachments();

/** Tells what the status says, and of a body in a serialization that it knows what is in it. */
export function decodeResponse(frame: Frame, values: Serialization | null, meta: Metadata): bool {
  const status = statusOf(frame.bytes);
  meta.code = status;
  meta.outcome = outcomeOf(status);
  if (status != OK || !values) return true;
  const content = enter(frame, values);
  if (content < 0) return true;
  if (content % WITH_ATTACHMENTS == EXCEPTION) meta.outcome = Outcome.BusinessError;
  if (content < WITH_ATTACHMENTS || meta.brief) return true;
  pass(content, values);
  attachments.read(input, values);
  attachments.addTo(meta, false);
  return true;
}

/** An answer without attachments becomes one with them. */
export function encodeResponse(frame: Frame, values: Serialization, changes: Mutation, out: Writer): bool {
  if (statusOf(frame.bytes) != OK) return false;
  const content = enter(frame, values);
  if (content < 0) return false;
  if (content >= WITH_ATTACHMENTS) {
    pass(content, values);
    if (!input.ok) return false;
    copySince(input, 0, out);
    return rewriteAttachments(input, values, changes, null, out);
  }
  const start = input.position;
  input.seek(HEAD);
  copySince(input, 0, out);
  values.writeNumber(out, content + WITH_ATTACHMENTS);
  input.seek(start);
  out.bytes(input.rest());
  return rewriteAttachments(input, values, changes, null, out);
}

/** The body of an answer that is an exception of the application's. */
export function writeException(out: Writer, values: Serialization, name: Slice, message: Slice): void {
  values.writeNumber(out, EXCEPTION);
  values.writeThrowable(out, name, message);
}

/** What the body holds, or -1. */
function enter(frame: Frame, values: Serialization): i32 {
  input.over(frame.bytes);
  input.skip(HEAD);
  values.begin();
  const content = values.number(input);
  return input.ok && content >= EXCEPTION && content < 2 * WITH_ATTACHMENTS ? content : -1;
}


@inline
function pass(content: i32, values: Serialization): void {
  if (content % WITH_ATTACHMENTS != NOTHING) values.skip(input, 1);
}
