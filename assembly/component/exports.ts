// The core functions of wit/codec.wit, in the component model's canonical ABI with UTF-16 strings, which AssemblyScript's
// are: a string is an address and so many code units, a list an address and so many elements, a result lies in memory.
import { Reader, releaseArena, Slice, Writer } from "../bytes";
import { Codec, Failure, Frame, Kind, Metadata, Mutation, Peer, Scan } from "../codec";
import { codecFor } from "./registry";

// result<message, refusal>: tag u8, then at 8 the refusal, or the record, whose fields are at
//   kind u8 8, id u64 16, length u32 24, service 28, operation 36, outcome u8 44, code 48, timeout-ms 52, attributes 56
// result<list<u8>, refusal>: tag u8, then at 4 the refusal, or address and length
const MESSAGE_SIZE: usize = 64;
const ATTRIBUTE_SIZE: usize = 16;
const CHANGE_SIZE: usize = 20;

enum Refusal {
  Incomplete,
  Malformed,
  Unsupported,
}

const result = memory.data(64, 8);
const reader = new Reader();
const frame = new Frame();
const meta = new Metadata();
const mutation = new Mutation();
const failure = new Failure();
const output = new Writer();
const strings: string[] = [];
let given: usize[] = [];

/** Memory for the caller's arguments, until the call's `cabi_post_…`. */
export function cabi_realloc(old: usize, oldSize: usize, alignment: usize, size: usize): usize {
  return take(old, oldSize, size);
}

function take(old: usize, oldSize: usize, size: usize): usize {
  const at = heap.alloc(max<usize>(size, 1));
  if (old != 0) memory.copy(at, old, min(oldSize, size));
  given.push(at);
  return at;
}

export function decode(sender: i32, at: usize, length: i32): usize {
  memory.fill(result, 0, MESSAGE_SIZE);
  const codec = codecFor(sender);
  const refusal = read(codec, sender, at, length);
  if (refusal >= 0) return refused(refusal, 8);
  store<u8>(result, frame.kind, 8);
  store<u64>(result, frame.id, 16);
  store<u32>(result, <u32>frame.length, 24);
  putText(result + 28, meta.service);
  putText(result + 36, meta.operation);
  store<u8>(result, meta.outcome, 44);
  store<i32>(result, meta.code, 48);
  store<i32>(result, meta.timeoutMs, 52);
  const list = take(0, 0, <usize>meta.length * ATTRIBUTE_SIZE);
  for (let i = 0; i < meta.length; i++) {
    const item = list + <usize>i * ATTRIBUTE_SIZE;
    putText(item, meta.nameAt(i));
    putText(item + 8, meta.valueAt(i));
  }
  store<usize>(result, list, 56);
  store<i32>(result, meta.length, 60);
  return result;
}

export function encode(sender: i32, at: usize, length: i32, changes: usize, count: i32): usize {
  memory.fill(result, 0, MESSAGE_SIZE);
  const codec = codecFor(sender);
  const refusal = read(codec, sender, at, length);
  if (refusal >= 0) return refused(refusal, 4);
  mutation.clear();
  for (let i = 0; i < count; i++) {
    const change = changes + <usize>i * CHANGE_SIZE;
    const name = bytesOf(load<usize>(change), load<i32>(change, 4));
    if (load<u8>(change, 8) == 0) mutation.remove(name);
    else setAttribute(name, bytesOf(load<usize>(change, 12), load<i32>(change, 16)));
  }
  output.reset();
  return codec.encode(frame, mutation, output) ? made() : refused(Refusal.Unsupported, 4);
}

export function error(at: usize, length: i32, why: i32, message: usize, units: i32): usize {
  memory.fill(result, 0, MESSAGE_SIZE);
  const codec = codecFor(Peer.Client);
  const refusal = read(codec, Peer.Client, at, length);
  if (refusal >= 0) return refused(refusal, 4);
  if (frame.kind != Kind.Request) return refused(Refusal.Unsupported, 4);
  const keep = frame.keep > 0 ? frame.keep : frame.head;
  frame.bytes = Slice.view(at, min<i32>(keep, length));
  failure.set(why, 503, bytesOf(message, units));
  output.reset();
  codec.fail(frame, failure, output);
  return made();
}

export function cabi_post_decode(at: usize): void {
  release();
}

export function cabi_post_encode(at: usize): void {
  release();
}

export function cabi_post_error(at: usize): void {
  release();
}

/** Scans and decodes the first frame; what is against it, else -1. */
function read(codec: Codec, sender: i32, at: usize, length: i32): i32 {
  frame.clear();
  frame.from = sender;
  meta.clear();
  const scan = codec.scan(reader.reset(at, length), frame);
  if (scan == Scan.More) return Refusal.Incomplete;
  if (scan != Scan.Frame) return Refusal.Malformed;
  if (frame.length > <u64>length) return Refusal.Incomplete;
  frame.bytes = Slice.view(at, <i32>frame.length);
  const speaks = frame.kind == Kind.Request || frame.kind == Kind.OneWay || frame.kind == Kind.Response;
  return !speaks || codec.decode(frame, meta) ? -1 : Refusal.Unsupported;
}

function setAttribute(name: Slice, value: Slice): void {
  for (let i = 0; i < meta.length; i++) {
    if (meta.nameAt(i).equals(name)) {
      mutation.change(name, value);
      return;
    }
  }
  mutation.append(name, value);
}

function refused(refusal: i32, payload: usize): usize {
  store<u8>(result, 1);
  store<u8>(result + payload, refusal);
  return result;
}

function made(): usize {
  store<usize>(result, output.ptr, 4);
  store<i32>(result, output.length, 8);
  return result;
}

function putText(to: usize, bytes: Slice): void {
  const text = bytes.toString();
  strings.push(text);
  store<usize>(to, changetype<usize>(text));
  store<i32>(to, text.length, 4);
}

/** A string of the caller's, in UTF-8. */
function bytesOf(at: usize, units: i32): Slice {
  const room = take(0, 0, <usize>units * 3 + 1);
  return Slice.view(room, <i32>String.UTF8.encodeUnsafe(at, units, room));
}

function release(): void {
  for (let i = 0; i < given.length; i++) heap.free(given[i]);
  given = [];
  strings.length = 0;
  releaseArena();
  __collect();
}
