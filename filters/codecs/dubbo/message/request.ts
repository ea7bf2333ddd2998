// A request's body: version of the protocol, path, version of the service, method, descriptor: texts; as many arguments
// as the descriptor declares; a map of attachments. Where an attachment says `path`, `interface`, `version` or `group`,
// providers go by it, not by the body's beginning, so both are read and both are changed.
import { Frame, Metadata, Mutation, Reader, Slice, Writer } from "meltemi/assembly";
import { Serialization } from "../serialization";
import { Attachments, copySince, Rewrite, rewriteAttachments } from "./attachments";
import { countArguments } from "./descriptor";
import { HEAD } from "./header";
import { GROUP, INTERFACE, METHOD, NO_VERSION, PATH, TIMEOUT, VERSION } from "./names";

const input = new Reader();
const attachments = new Attachments();

/** What the beginning of a body says; `read` leaves the reader behind the arguments, failed where they are not plain. */
class Head {
  path: Slice | null = null;
  version: Slice | null = null;
  method: Slice | null = null;
  /** Where each of these texts begins, and where the last one ends. */
  pathAt: i32 = 0;
  versionAt: i32 = 0;
  methodAt: i32 = 0;
  methodEnd: i32 = 0;

  /** False: not even the beginning can be read. */
  read(values: Serialization): bool {
    values.begin();
    values.text(input);
    this.pathAt = input.position;
    this.path = values.text(input);
    this.versionAt = input.position;
    this.version = values.text(input);
    this.methodAt = input.position;
    this.method = values.text(input);
    this.methodEnd = input.position;
    if (!input.ok || !this.path || !this.method) return false;
    const descriptor = values.text(input);
    const count = descriptor ? countArguments(descriptor) : 0;
    if (count < 0) input.fail();
    else values.skip(input, count);
    return true;
  }
}

const head = new Head();

export function decodeRequest(frame: Frame, values: Serialization, meta: Metadata): bool {
  input.over(frame.bytes);
  input.skip(HEAD);
  if (!head.read(values)) return false;
  attachments.read(input, values);
  meta.service = currentInterface();
  meta.operation = head.method!;
  meta.set(INTERFACE, meta.service);
  meta.set(METHOD, meta.operation);
  const version = attachments.get(VERSION) || head.version;
  if (version) meta.set(VERSION, version);
  const group = attachments.get(GROUP);
  if (group) meta.set(GROUP, group);
  const timeout = attachments.get(TIMEOUT);
  if (timeout) meta.timeoutMs = timeout.decimal();
  else if (attachments.timeout > 0 && attachments.timeout <= i32.MAX_VALUE) meta.timeoutMs = <i32>attachments.timeout;
  attachments.addTo(meta, true);
  return true;
}


@inline
function currentInterface(): Slice {
  const named = attachments.get(INTERFACE);
  return named ? named : head.path!;
}

/** A new interface goes wherever the old one stood. */
class Moved extends Rewrite {
  from: Slice = Slice.empty();
  to: Slice | null = null;

  instead(key: Slice, value: Slice): Slice | null {
    return this.to && key.equals(PATH) && value.equals(this.from) ? this.to : null;
  }

  /** The attribute `method` is the body's, whatever an attachment of that name says. */
  spares(key: Slice): bool {
    return key.equals(METHOD);
  }
}

const moved = new Moved();

export function encodeRequest(frame: Frame, values: Serialization, changes: Mutation, out: Writer): bool {
  input.over(frame.bytes);
  input.skip(HEAD);
  if (!head.read(values) || !input.ok) return false;
  const end = input.position;
  const toInterface = changes.find(INTERFACE);
  const toMethod = changes.find(METHOD);
  const toVersion = changes.find(VERSION);
  if (toInterface >= 0 && changes.removed(toInterface)) return false;
  if (toMethod >= 0 && changes.removed(toMethod)) return false;
  moved.to = null;
  if (toInterface >= 0) {
    attachments.read(input, values);
    moved.from = currentInterface();
    moved.to = changes.value(toInterface);
    input.over(frame.bytes);
    input.skip(HEAD);
    head.read(values);
  }

  copySpan(0, head.pathAt, out);
  const path = moved.instead(PATH, head.path!);
  if (path) values.writeText(out, path);
  else copySpan(head.pathAt, head.versionAt, out);
  if (toVersion >= 0) values.writeText(out, changes.removed(toVersion) ? NO_VERSION : changes.value(toVersion));
  else copySpan(head.versionAt, head.methodAt, out);
  if (toMethod >= 0) values.writeText(out, changes.value(toMethod));
  else copySpan(head.methodAt, head.methodEnd, out);
  copySpan(head.methodEnd, end, out);
  return rewriteAttachments(input, values, changes, moved, out);
}

/** Copies so much of the frame, and goes on behind it. */
function copySpan(from: i32, to: i32, out: Writer): void {
  input.seek(to);
  copySince(input, from, out);
}
