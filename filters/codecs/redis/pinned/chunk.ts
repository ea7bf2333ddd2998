import { Frame, Kind, Scan, Slice } from "meltemi/assembly";
import { RequestWalk, Walked } from "../resp";

const MAX_ARGUMENTS: i32 = 256;
const MAX_BYTES: i32 = 32768;
// What is to be seen of a last argument that is long: as much of a key as rules may ask for.
const KEPT: i32 = 1024;
// The command that opens a session is seen as a whole.
const FIRST_KEPT: u64 = 131072;

const walk = new RequestWalk();

/**
 * Looks at the beginning of a command within a session: its first arguments, which decide on it. Of those that are left
 * each passes as a message of its own, so that nothing long has to be held back.
 */
export function scanChunk(bytes: Slice, first: bool, frame: Frame): Scan {
  walk.start();
  const walked = walk.run(bytes, MAX_ARGUMENTS, MAX_BYTES);
  if (walked == Walked.More) return Scan.More;
  if (walked == Walked.Bad) return Scan.Bad;
  const head = <i32>min(walk.length, <u64>walk.head);
  frame.keep = <i32>min(walk.length, first ? FIRST_KEPT : <u64>(walk.head + KEPT));
  return frame.is(walk.empty ? Kind.Pong : Kind.Request, head, walk.length);
}
