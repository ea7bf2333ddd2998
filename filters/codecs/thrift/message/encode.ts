import { Mutation, Slice, Writer } from "meltemi/assembly";
import { MessageType, Transport, writeVarint } from "../wire";
import { isOwn } from "./decode";
import { Envelope, HEADERS_AT, MAX_NAME } from "./envelope";
import { InfoEntries } from "./info";
import { colonIn, METHOD, methodIn, SERVICE, serviceIn } from "./names";

const COLON: u32 = 0x3a;
const KEY_VALUE: u8 = 1;
const WORDS_AT: i32 = 12;
const MAX_WORDS: i32 = 0xffff;

const infos = new InfoEntries();
const name = new Writer();
const pairs = new Writer();

/** Writes a message again; all but its name and its THeader pairs is copied. */
export function encodeMessage(frame: Slice, envelope: Envelope, changes: Mutation, out: Writer): bool {
  const request = envelope.type == MessageType.CALL || envelope.type == MessageType.ONE_WAY;
  const header = envelope.transport == Transport.Header;
  const colon = request ? colonIn(envelope.name) : -1;
  const newService = request && colon < 0 ? added(changes, SERVICE) : -1;
  if (!header && changes.additions > (newService < 0 ? 0 : 1)) return false;
  name.reset();
  if (!request) name.bytes(envelope.name);
  else if (!rename(envelope.name, colon, changes, newService)) return false;

  const start = out.length;
  let copied = 0;
  if (header) {
    if (!rewriteHeaders(frame, envelope, changes, request, colon > 0, newService, out)) return false;
    copied = envelope.headersEnd;
  }
  out.bytes(part(frame, copied, envelope.nameAt));
  if (envelope.compact) writeVarint(out, name.length);
  else out.u32(name.length);
  out.bytes(name.view());
  out.bytes(part(frame, envelope.nameEnd, frame.length));
  if (envelope.transport != Transport.Unframed) out.patchLength(start);
  return true;
}

/** The new name of a request, into `name`. False: it would not be read as what was asked for. */
function rename(old: Slice, colon: i32, changes: Mutation, newService: i32): bool {
  const toMethod = changes.find(METHOD);
  const method =
    toMethod < 0 ? methodIn(old, colon) : changes.removed(toMethod) ? Slice.empty() : changes.value(toMethod);
  if (toMethod >= 0 && method.length == 0) return false;
  let service = colon > 0 ? serviceIn(old, colon) : Slice.empty();
  const toService = colon > 0 ? changes.find(SERVICE) : -1;
  if (toService >= 0) {
    service = changes.removed(toService) ? Slice.empty() : changes.value(toService);
    if (service.length == 0 && !changes.removed(toService)) return false;
  } else if (newService >= 0) service = changes.addedValue(newService);
  if (colonIn(service) >= 0 || startsWithColon(service)) return false;
  if (service.length == 0 && colonIn(method) >= 0) return false;
  if (service.length > 0) {
    name.bytes(service);
    name.u8(COLON);
  }
  name.bytes(method);
  return <u64>name.length <= MAX_NAME;
}


@inline
function startsWithColon(text: Slice): bool {
  return text.length > 0 && <u32>text.at(0) == COLON;
}

/** The addition of this name, or -1. */
function added(changes: Mutation, wanted: Slice): i32 {
  for (let i = 0; i < changes.additions; i++) if (changes.addedName(i).equalsIgnoreCase(wanted)) return i;
  return -1;
}

/** Everything before the message. Pairs in several infos come together in one; where no pair changes, all is copied. */
function rewriteHeaders(
  frame: Slice,
  envelope: Envelope,
  changes: Mutation,
  request: bool,
  multiplexed: bool,
  newService: i32,
  out: Writer,
): bool {
  let changed = false;
  let count: u64 = 0;
  pairs.reset();
  infos.open(frame, envelope.infosAt, envelope.headersEnd);
  while (infos.next()) {
    const change = request && isOwn(infos.key, multiplexed) ? -1 : changes.find(infos.key);
    if (change >= 0) changed = true;
    if (change >= 0 && changes.removed(change)) continue;
    count++;
    if (change < 0) pairs.bytes(part(frame, infos.at, infos.end));
    else writePair(infos.key, changes.value(change));
  }
  if (infos.broken) return false;
  for (let i = 0; i < changes.additions; i++) {
    if (i == newService) continue;
    writePair(changes.addedName(i), changes.addedValue(i));
    changed = true;
    count++;
  }
  if (!changed) {
    out.bytes(part(frame, 0, envelope.headersEnd));
    return true;
  }
  const start = out.length;
  out.bytes(part(frame, 0, envelope.infosAt));
  if (count > 0) {
    out.u8(KEY_VALUE);
    writeVarint(out, count);
    out.bytes(pairs.view());
  }
  const rest = part(frame, infos.restAt, envelope.headersEnd);
  if (rest.length > 0 && rest.at(0) != 0) out.bytes(rest);
  while ((out.length - start - HEADERS_AT) & 3) out.u8(0);
  const words = (out.length - start - HEADERS_AT) >> 2;
  if (words > MAX_WORDS) {
    out.truncate(start);
    return false;
  }
  out.patchU16(start + WORDS_AT, words);
  return true;
}

function writePair(key: Slice, value: Slice): void {
  writeVarint(pairs, key.length);
  pairs.bytes(key);
  writeVarint(pairs, value.length);
  pairs.bytes(value);
}


@inline
function part(frame: Slice, from: i32, to: i32): Slice {
  return Slice.view(frame.ptr + <usize>from, to - from);
}
