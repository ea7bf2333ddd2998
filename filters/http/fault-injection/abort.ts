import { Bytes, Fields, HeaderPairsWriter, sendLocalResponse, Slice } from "meltemi/assembly";

// What an ingress codec reads of a reply that a rule asked for (assembly/bridge/headers/names.ts). No attribute has such
// a name.
const FAULT = Slice.fixed("x-meltemi-fault");
const CODE = Slice.fixed("x-meltemi-code");
const EXCEPTION = Slice.fixed("x-meltemi-exception");
const ABORT = Slice.fixed("abort");
const CONTENT_TYPE = Slice.fixed("content-type");
const PLAIN_TEXT = Slice.fixed("text/plain");
/** `%RESPONSE_CODE_DETAILS%` in access logs: as Envoy's own filter has it. */
const DETAILS = Slice.fixed("fault_filter_abort");

const headers = new HeaderPairsWriter();

/** The answer in the place of a backend's. */
export class Abort {
  private constructor(
    private status: i32,
    private code: Bytes | null,
    private exception: Bytes | null,
    private message: Bytes,
  ) {}

  /** `{"status" | "code" | "exception": …, "message": …}`; what is wrong goes to the fields' problems. */
  static read(fields: Fields): Abort {
    const hasCode = fields.has("code");
    const hasException = fields.has("exception");
    const given = <i32>fields.has("status") + <i32>hasCode + <i32>hasException;
    if (given != 1) fields.problems.add(fields.path, 'exactly one of "status", "code" and "exception"', null);
    const status = fields.integer("status", 500, 200, 599);
    const code = fields.integer("code", 0, 0, 65535);
    const exception = fields.string("exception", "");
    const message = fields.string("message", "an injected fault");
    fields.done();
    if (hasException && exception == "") fields.problems.add(fields.path + ".exception", "a class's name", null);
    return new Abort(
      <i32>status,
      hasCode ? Bytes.of((<i32>code).toString()) : null,
      hasException ? Bytes.of(exception) : null,
      Bytes.of(message),
    );
  }

  /** Answers the request of the effective context. */
  answer(): void {
    headers.add(FAULT, ABORT);
    const code = this.code;
    if (code != null) headers.add(CODE, code.view());
    const exception = this.exception;
    if (exception != null) headers.add(EXCEPTION, exception.view());
    headers.add(CONTENT_TYPE, PLAIN_TEXT);
    sendLocalResponse(<u32>this.status, DETAILS, this.message.view(), headers.take());
  }
}
