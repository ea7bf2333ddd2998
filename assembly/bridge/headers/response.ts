import { Writer } from "../../bytes";
import { Metadata, Outcome } from "../../codec";
import { writeIndexed, writeLiteral, writeNamed } from "../hpack";
import { Slice } from "../../bytes";
import { AttributeForms } from "./forms";
import { BUSINESS_ERROR, CODE, DIGEST, KIND, NEVER_SENT, ONE, ONE_WAY, OPAQUE, OUTCOME } from "./names";
import { writeDecimal } from "./request";

// Places in HPACK's static table (RFC 7541, appendix A).
const STATUS: u32 = 8;
const STATUS_200: u32 = 8;
const STATUS_400: u32 = 12;
const STATUS_500: u32 = 14;

const TIMEOUT_STATUS = Slice.fixed("504");
const UNAVAILABLE_STATUS = Slice.fixed("503");

/**
 * Writes the header block of a backend's response.
 * @param meta null where the frame could not be read
 */
export function writeResponseHeaders(out: Writer, meta: Metadata | null, forms: AttributeForms): void {
  if (meta == null) {
    writeIndexed(out, STATUS_200);
    writeLiteral(out, KIND, OPAQUE);
    writeLiteral(out, DIGEST, forms.digestHex());
    return;
  }
  writeStatus(out, meta.outcome);
  writeDecimal(out, CODE, <u32>meta.code);
  for (let i = 0; i < forms.length; i++) writeLiteral(out, forms.nameAt(i), forms.valueAt(i));
  // The code marks the response as a backend's; a digest over nothing would say no more.
  if (forms.length > 0) writeLiteral(out, DIGEST, forms.digestHex());
}

/** The header block that says: a one-way request was forwarded. */
export function writeOneWayHeaders(out: Writer, none: AttributeForms): void {
  writeIndexed(out, STATUS_200);
  writeLiteral(out, KIND, ONE_WAY);
  writeLiteral(out, DIGEST, none.digestHex());
}

/** The header block of the egress codec's own failure: no digest, so that ingress knows it for none of the backend's. */
export function writeFailureHeaders(out: Writer, neverSent: bool): void {
  writeNamed(out, STATUS, UNAVAILABLE_STATUS);
  if (neverSent) writeLiteral(out, NEVER_SENT, ONE);
}

function writeStatus(out: Writer, outcome: Outcome): void {
  if (outcome == Outcome.ClientError) writeIndexed(out, STATUS_400);
  else if (outcome == Outcome.ServerError) writeIndexed(out, STATUS_500);
  else if (outcome == Outcome.Timeout) writeNamed(out, STATUS, TIMEOUT_STATUS);
  else writeIndexed(out, STATUS_200);
  if (outcome == Outcome.BusinessError) writeLiteral(out, OUTCOME, BUSINESS_ERROR);
}
