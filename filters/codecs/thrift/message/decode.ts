import { Metadata, Outcome, Reader, Slice } from "meltemi/assembly";
import { applicationExceptionType, firstField } from "../struct";
import { MessageType, Transport } from "../wire";
import { Envelope } from "./envelope";
import { InfoEntries } from "./info";
import { CLIENT_TIMEOUT, colonIn, METHOD, methodIn, SERVICE, serviceIn } from "./names";
import { outcomeOf } from "./status";

const infos = new InfoEntries();

export function decodeRequest(frame: Slice, envelope: Envelope, meta: Metadata): bool {
  const colon = colonIn(envelope.name);
  meta.operation = methodIn(envelope.name, colon);
  if (colon > 0) {
    meta.service = serviceIn(envelope.name, colon);
    meta.set(SERVICE, meta.service);
  }
  meta.set(METHOD, meta.operation);
  return addInfos(frame, envelope, meta, colon > 0);
}

/** @param input at the struct */
export function decodeResponse(frame: Slice, envelope: Envelope, input: Reader, meta: Metadata): bool {
  if (envelope.type == MessageType.EXCEPTION) {
    meta.code = applicationExceptionType(input, envelope.compact);
    meta.outcome = outcomeOf(meta.code);
  } else if (firstField(input, envelope.compact) > 0) {
    meta.outcome = Outcome.BusinessError;
  }
  return input.ok && addInfos(frame, envelope, meta, false);
}

function addInfos(frame: Slice, envelope: Envelope, meta: Metadata, multiplexed: bool): bool {
  if (envelope.transport != Transport.Header) return true;
  const request = envelope.type != MessageType.REPLY && envelope.type != MessageType.EXCEPTION;
  infos.open(frame, envelope.infosAt, envelope.headersEnd);
  while (infos.next()) {
    if (request && isOwn(infos.key, multiplexed)) continue;
    meta.add(infos.key, infos.value);
    if (request && infos.key.equalsIgnoreCase(CLIENT_TIMEOUT)) meta.timeoutMs = infos.value.decimal();
  }
  return !infos.broken;
}

/** The message's own name stands before a header that claims to be it. */
export function isOwn(key: Slice, multiplexed: bool): bool {
  return key.equalsIgnoreCase(METHOD) || (multiplexed && key.equalsIgnoreCase(SERVICE));
}
