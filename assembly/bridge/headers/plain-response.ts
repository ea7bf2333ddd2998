import { Slice, Writer } from "../../bytes";
import { Metadata, Outcome } from "../../codec";
import { writeBody, writeHeader, writeNumber, writeStatusLine } from "../http1";
import { AttributeForms } from "./forms";
import { BUSINESS_ERROR, CODE, DIGEST, KIND, ONE_WAY, OPAQUE, OUTCOME } from "./names";

const CONNECTION = Slice.fixed("connection");
const CLOSE = Slice.fixed("close");

/**
 * Writes a backend's response as HTTP/1.1.
 * @param meta null where the frame could not be read
 * @param last the connection takes no other request
 */
export function writePlainResponse(
  out: Writer,
  meta: Metadata | null,
  forms: AttributeForms,
  body: Slice,
  last: bool,
): void {
  writeStatusLine(out, meta == null ? 200 : statusOf(meta.outcome));
  if (meta == null) {
    writeHeader(out, KIND, OPAQUE);
  } else {
    writeNumber(out, CODE, <u64>(<u32>meta.code));
    if (meta.outcome == Outcome.BusinessError) writeHeader(out, OUTCOME, BUSINESS_ERROR);
    for (let i = 0; i < forms.length; i++) writeHeader(out, forms.nameAt(i), forms.valueAt(i));
  }
  if (meta == null || forms.length > 0) writeHeader(out, DIGEST, forms.digestHex());
  if (last) writeHeader(out, CONNECTION, CLOSE);
  writeBody(out, body);
}

/** Says that a one-way request was forwarded. */
export function writePlainOneWay(out: Writer, none: AttributeForms): void {
  writeStatusLine(out, 200);
  writeHeader(out, KIND, ONE_WAY);
  writeHeader(out, DIGEST, none.digestHex());
  writeBody(out, Slice.empty());
}

/** The egress codec's own failure; the connection ends with it. */
export function writePlainFailure(out: Writer, words: Slice): void {
  writeStatusLine(out, 503);
  writeHeader(out, CONNECTION, CLOSE);
  writeBody(out, words);
}

function statusOf(outcome: Outcome): u32 {
  if (outcome == Outcome.ClientError) return 400;
  if (outcome == Outcome.ServerError) return 500;
  return outcome == Outcome.Timeout ? 504 : 200;
}
