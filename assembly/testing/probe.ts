// A codec's functions as plain exports over linear memory, so that a test in Node drives one without a proxy around it.
// The test's entry module: `use(() => new MyCodec()); export * from "meltemi/assembly/testing/probe";`
import { Reader, releaseArena, Slice, Writer } from "../bytes";
import { Answers, Codec, Failure, Frame, Metadata, Mutation, traitBits } from "../codec";

let factory: (() => Codec) | null = null;
let codec: Codec | null = null;

const reader = new Reader();
const frame = new Frame();
const meta = new Metadata();
const mutation = new Mutation();
const failure = new Failure();
const answers = new Answers();
const input = new Writer();
const argument = new Writer();
const output = new Writer();

export function use(make: () => Codec): void {
  factory = make;
}

/** A new connection: a codec of its own. */
export function open(): void {
  codec = factory!();
}

/** Where the test writes `length` bytes of a frame. */
export function inputAt(length: i32): usize {
  return room(input, length);
}

/** Where the test writes `length` bytes of a mutation or a message. */
export function argumentAt(length: i32): usize {
  return room(argument, length);
}

function room(writer: Writer, length: i32): usize {
  writer.reset();
  writer.reserve(length);
  return writer.ptr;
}

export function scan(length: i32, from: i32): i32 {
  frame.clear();
  frame.from = from;
  return codec!.scan(reader.reset(input.ptr, length), frame);
}

export function decode(): i32 {
  frame.bytes = input.view();
  meta.clear();
  return codec!.decode(frame, meta) ? 1 : 0;
}

/**
 * Changes come in the argument: each an operation (0 change, 1 remove, 2 append), then name and value, each a u32 and so
 * many bytes.
 */
export function encode(): i32 {
  const changes = new Reader().over(argument.view());
  mutation.clear();
  while (changes.remaining > 0 && changes.ok) {
    const operation = changes.u8();
    const name = changes.bytes(changes.u32());
    const value = changes.bytes(changes.u32());
    if (operation == 0) mutation.change(name, value);
    else if (operation == 1) mutation.remove(name);
    else mutation.append(name, value);
  }
  output.reset();
  return codec!.encode(frame, mutation, output) ? 1 : 0;
}

/** With the first `keep` bytes of the last frame; the message is in the argument. */
export function fail(cause: i32, status: i32): void {
  kept();
  failure.set(cause, status, argument.view());
  output.reset();
  codec!.fail(frame, failure, output);
}

/** As `fail`, as a rule asks for it: the argument is the exception's name and, behind a zero byte, the message. */
export function failRuled(cause: i32, code: i32): void {
  kept();
  const text = argument.view();
  let at = 0;
  while (at < text.length && text.at(at) != 0) at++;
  failure.set(cause, 500, Slice.view(text.ptr + <usize>at + 1, max(0, text.length - at - 1)));
  failure.exception = text.start(at);
  failure.code = code;
  failure.ruled = true;
  output.reset();
  codec!.fail(frame, failure, output);
}

export function pong(): void {
  kept();
  output.reset();
  codec!.pong(frame, output);
}

function kept(): void {
  const keep = frame.keep > 0 ? frame.keep : frame.head;
  frame.bytes = Slice.view(input.ptr, min<i32>(keep, input.length));
}

export function ping(id: u64): void {
  output.reset();
  codec!.ping(id, output);
}

export function drain(): i32 {
  output.reset();
  return codec!.drain(output) ? 1 : 0;
}

export function greet(): i32 {
  output.reset();
  return codec!.greet(output);
}

/** Of the frame in the input. */
export function answer(): void {
  frame.bytes = input.view();
  output.reset();
  codec!.answer(frame, output);
}

export function prepare(state: i32): i32 {
  output.reset();
  return codec!.prepare(state, output);
}

export function admitted(): i32 {
  frame.bytes = input.view();
  return codec!.admitted(frame) ? 1 : 0;
}

export function parts(): i32 {
  frame.bytes = input.view();
  return codec!.parts(frame);
}

export function part(index: i32): void {
  frame.bytes = input.view();
  output.reset();
  codec!.part(frame, index, output);
}

/** The answers come in the argument: each a u32 and so many bytes. */
export function join(): void {
  const given = new Reader().over(argument.view());
  answers.clear();
  while (given.remaining > 0 && given.ok) answers.push(given.bytes(given.u32()));
  kept();
  output.reset();
  codec!.join(frame, answers, output);
}

export function state(): i32 {
  return meta.state;
}

/** In place, in the input. */
export function rename(id: u64): void {
  frame.bytes = input.view();
  codec!.rename(frame, id);
}

/** As `traitBits` has them. */
export function traits(): i32 {
  return traitBits(codec!.traits());
}

/** Ends a callback: views are gone. */
export function endCallback(): void {
  releaseArena();
}

/** As `endCallback`, and collects garbage, which a module does after some thousands of callbacks. */
export function release(): void {
  endCallback();
  __collect();
}

export function frameKind(): i32 {
  return frame.kind;
}

export function frameHead(): i32 {
  return frame.head;
}

export function frameLength(): u64 {
  return frame.length;
}

export function frameId(): u64 {
  return frame.id;
}

export function frameKeep(): i32 {
  return frame.keep;
}

export function outputAt(): usize {
  return output.ptr;
}

export function outputLength(): i32 {
  return output.length;
}

export function outcome(): i32 {
  return meta.outcome;
}

export function code(): i32 {
  return meta.code;
}

export function timeoutMs(): i32 {
  return meta.timeoutMs;
}

export function attributes(): i32 {
  return meta.length;
}

export function ownAttributes(): i32 {
  return meta.own;
}

/** A text of the last `decode`: 0 service, 1 operation, then names and values in turn. Its address; `textLength` follows. */
export function textAt(index: i32): usize {
  return text(index).ptr;
}

export function textLength(index: i32): i32 {
  return text(index).length;
}

function text(index: i32): Slice {
  if (index == 0) return meta.service;
  if (index == 1) return meta.operation;
  const attribute = (index - 2) >> 1;
  return index & 1 ? meta.valueAt(attribute) : meta.nameAt(attribute);
}
