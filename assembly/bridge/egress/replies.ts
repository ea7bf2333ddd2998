import { Slice, Writer } from "../../bytes";
import { Metadata } from "../../codec";
import { AttributeForms, writeFailureHeaders, writeOneWayHeaders, writeResponseHeaders } from "../headers";
import { beginHeaders, endHeaders, writeData } from "../http2";

/** The head of a backend's answer; null: one that could not be read. */
export function writeAnswerHead(out: Writer, id: u32, meta: Metadata | null, forms: AttributeForms): void {
  const start = beginHeaders(out);
  writeResponseHeaders(out, meta, forms);
  endHeaders(out, start, id, false);
}

/** Says that a one-way request was forwarded; `none` are the headers of no attributes. */
export function writeOneWayDone(out: Writer, id: u32, none: AttributeForms): void {
  const start = beginHeaders(out);
  writeOneWayHeaders(out, none);
  endHeaders(out, start, id, true);
}

/** A failure of our own. `neverSent`: the backend certainly got nothing of the request. */
export function writeFailure(out: Writer, id: u32, neverSent: bool, words: Slice): void {
  const start = beginHeaders(out);
  writeFailureHeaders(out, neverSent);
  endHeaders(out, start, id, false);
  writeData(out, id, words.ptr, words.length, true);
}
