import { Answers, Slice, Writer } from "meltemi/assembly";
import { Call, Split } from "../commands";
import { writeArray, writeBulk, writeInteger } from "../resp";
import { shardOf } from "./shard";

const OK = Slice.fixed("+OK\r\n");
const NULL = Slice.fixed("$-1\r\n");
// Of an answer that is an array with one element.
const ARRAY_OF_ONE = Slice.fixed("*1\r\n");

/** How many requests a command is passed on as; 0: its keys are of several shards, and it cannot be split. */
export function partsOf(call: Call): i32 {
  if (call.first == 0 || call.last <= call.first) return 1;
  const first = shardOf(call.key);
  let count = 1;
  let same = true;
  for (let i = call.first + call.step; i <= call.last; i += call.step) {
    count++;
    same = same && shardOf(call.arguments.at(i)).equals(first);
  }
  if (same) return 1;
  if (splitOf(call) == Split.No) return 0;
  // MSET with a key that has no value: a server says what is wrong.
  return (call.arguments.total - call.first) % call.step == 0 ? count : 1;
}

/** Writes the command for one of its keys. */
export function writePart(call: Call, index: i32, out: Writer): void {
  const at = call.first + index * call.step;
  writeArray(out, call.step + 1);
  writeBulk(out, call.name());
  for (let i = 0; i < call.step; i++) writeBulk(out, call.arguments.at(at + i));
}

/**
 * Joins the answers. An error among those to MGET stands in its place in the array; of all others the first error is the
 * answer to the whole, though other parts may have been done.
 */
export function joinAnswers(call: Call, answers: Answers, out: Writer): void {
  const split = splitOf(call);
  if (split == Split.Array) {
    writeArray(out, answers.length);
    for (let i = 0; i < answers.length; i++) writeElement(answers.at(i), out);
    return;
  }
  let sum: i64 = 0;
  for (let i = 0; i < answers.length; i++) {
    const answer = answers.at(i);
    if (answer.length == 0 || answer.at(0) == 0x2d || answer.at(0) == 0x21) {
      out.bytes(answer);
      return;
    }
    if (answer.at(0) == 0x3a) sum += <i64>Slice.view(answer.ptr + 1, max(0, answer.length - 3)).decimal();
  }
  if (split == Split.Sum) writeInteger(out, sum);
  else out.bytes(OK);
}

/** What stands in an answer's place in the array of all: the one element of its own, or the error. */
function writeElement(answer: Slice, out: Writer): void {
  if (answer.length == 0) {
    out.bytes(NULL);
    return;
  }
  const skipped = answer.startsWith(ARRAY_OF_ONE) ? ARRAY_OF_ONE.length : 0;
  out.bytes(Slice.view(answer.ptr + <usize>skipped, answer.length - skipped));
}

function splitOf(call: Call): Split {
  const command = call.command;
  return command == null ? Split.No : command.split;
}
