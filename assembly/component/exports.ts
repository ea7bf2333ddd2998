// The core functions of wit/codec.wit.
import { Bytes, Slice, Writer } from "../bytes";
import { Failure, Kind, Mutation, Peer } from "../codec";
import { bytesOf, putString, putText, release, take } from "./canonical";
import { Connection, READ, Refusal } from "./connection";
import { configureProtocol, newSession } from "./registry";

// result<message, refusal>: tag u8, then at 8 the refusal, or the record, whose fields are at
//   kind u8 8, id u64 16, length u32 24, service 28, operation 36, outcome u8 44, code 48, timeout-ms 52, attributes 56,
//   step: is there u8 64, u8 65
// result<list<u8>, refusal>: tag u8, then at 8 the refusal, or address and length
// refusal: tag u8, then at 8 how many bytes
// result<_, string>: tag u8, then at 4 address and length
const RESULT_SIZE: usize = 72;
const ATTRIBUTE_SIZE: usize = 16;
const CHANGE_SIZE: usize = 20;

const result = memory.data(72, 8);
const mutation = new Mutation();
const failure = new Failure();
const output = new Writer();
const connections = new Map<u32, Connection>();
let lastConnection: u32 = 0;

/** Memory for the caller's arguments, until the call's `cabi_post_…`. */
export function cabi_realloc(old: usize, oldSize: usize, alignment: usize, size: usize): usize {
  return take(old, oldSize, size);
}

export function configure(settings: usize, units: i32): usize {
  clear();
  const problem = configureProtocol(Bytes.copyOf(bytesOf(settings, units)));
  if (problem != "") {
    store<u8>(result, 1);
    putString(result + 4, problem);
  }
  return result;
}

export function open(): u32 {
  connections.set(++lastConnection, new Connection());
  return lastConnection;
}

export function close(connection: u32): void {
  connections.delete(connection);
  release();
}

export function read(connection: u32, sender: i32, at: usize, length: i32): usize {
  clear();
  if (!connections.has(connection)) return refused(Refusal.Closed, 0);
  const found = connections.get(connection);
  const refusal = found.read(sender, Slice.view(at, length));
  if (refusal == Refusal.Unsupported) {
    // It passes, and what follows is to be read.
    found.frame.kind = Kind.Opaque;
    found.meta.clear();
    return answer(found);
  }
  return refusal == READ ? answer(found) : refused(refusal, found.needed);
}

export function decode(sender: i32, at: usize, length: i32): usize {
  clear();
  const connection = new Connection();
  const refusal = connection.read(sender, Slice.view(at, length));
  return refusal == READ ? answer(connection) : refused(refusal, connection.needed);
}

export function encode(sender: i32, at: usize, length: i32, changes: usize, count: i32): usize {
  clear();
  const connection = new Connection();
  const refusal = connection.read(sender, Slice.view(at, length));
  if (refusal != READ) return refused(refusal, connection.needed);
  const codec = connection.codec(sender);
  if (codec == null || connection.step >= 0) return refused(Refusal.Unsupported, 0);
  mutation.clear();
  for (let i = 0; i < count; i++) {
    const change = changes + <usize>i * CHANGE_SIZE;
    const name = bytesOf(load<usize>(change), load<i32>(change, 4));
    if (load<u8>(change, 8) == 0) mutation.remove(name);
    else setAttribute(connection, name, bytesOf(load<usize>(change, 12), load<i32>(change, 16)));
  }
  output.reset();
  return codec.encode(connection.frame, mutation, output) ? made() : refused(Refusal.Unsupported, 0);
}

export function error(at: usize, length: i32, why: i32, message: usize, units: i32): usize {
  clear();
  output.reset();
  failure.set(why, 503, bytesOf(message, units));
  const session = newSession();
  if (session != null) {
    session.fail(failure, output);
    return made();
  }
  const connection = new Connection();
  const refusal = connection.read(Peer.Client, Slice.view(at, length));
  if (refusal != READ) return refused(refusal, connection.needed);
  const frame = connection.frame;
  if (frame.kind != Kind.Request) return refused(Refusal.Unsupported, 0);
  const keep = frame.keep > 0 ? frame.keep : frame.head;
  frame.bytes = Slice.view(at, min<i32>(keep, length));
  connection.codec(Peer.Client)!.fail(frame, failure, output);
  return made();
}

export function cabi_post_configure(at: usize): void {
  release();
}

export function cabi_post_read(at: usize): void {
  release();
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

function clear(): void {
  memory.fill(result, 0, RESULT_SIZE);
}

function answer(connection: Connection): usize {
  const frame = connection.frame;
  const meta = connection.meta;
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
  if (connection.step >= 0) {
    store<u8>(result, 1, 64);
    store<u8>(result, connection.step, 65);
  }
  return result;
}

function setAttribute(connection: Connection, name: Slice, value: Slice): void {
  const meta = connection.meta;
  for (let i = 0; i < meta.length; i++) {
    if (meta.nameAt(i).equals(name)) {
      mutation.change(name, value);
      return;
    }
  }
  mutation.append(name, value);
}

function refused(refusal: i32, needed: u64): usize {
  store<u8>(result, 1);
  store<u8>(result, refusal, 8);
  store<u64>(result, needed, 16);
  return result;
}

function made(): usize {
  store<usize>(result, output.ptr, 8);
  store<i32>(result, output.length, 12);
  return result;
}
