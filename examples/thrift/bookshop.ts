// As Thrift's compiler would write it for two services whose methods all are `string method(1: string title)`.
import thrift, { type TProtocol, type TTransport } from "thrift";

const { Thrift } = thrift;
const { CALL, REPLY, EXCEPTION } = Thrift.MessageType;
const { STOP, STRING } = Thrift.Type;

export const METHODS = { Reviews: ["list", "write"], Stock: ["count", "order"] } as const;
export type ServiceName = keyof typeof METHODS;

export type Handler = (title: string) => string;

/** Answers every method of both services by one handler. */
export class Processor {
  constructor(private readonly handler: Handler) {}

  process(input: TProtocol, output: TProtocol): void {
    const { fname, rseqid } = input.readMessageBegin();
    const title = readText(input);
    input.readMessageEnd();
    // As TMultiplexedProcessor does it, the answer has the method's name alone.
    output.writeMessageBegin(fname.slice(fname.indexOf(":") + 1), REPLY, rseqid);
    writeText(output, 0, this.handler(title));
    output.writeMessageEnd();
    output.flush();
  }
}

type Callback = (error: Error | undefined, answer: string) => void;

/** The library hands each answer to the `recv_` of its method. */
export class Client {
  /** What the library expects of a client. */
  readonly _reqs: Record<number, Callback> = {};
  _seqid = 0;

  constructor(
    private readonly output: TTransport,
    private readonly pClass: new (trans: TTransport) => TProtocol,
  ) {
    const receivers = this as unknown as Record<string, unknown>;
    for (const method of Object.values(METHODS).flat()) {
      receivers[`recv_${method}`] = (input: TProtocol, type: number, id: number) => this.receive(input, type, id);
    }
  }

  call(service: ServiceName, method: string, title: string): Promise<string> {
    const id = ++this._seqid;
    return new Promise((resolve, reject) => {
      this._reqs[id] = (error, answer) => (error ? reject(error) : resolve(answer));
      const output = new this.pClass(this.output);
      output.writeMessageBegin(`${service}:${method}`, CALL, id);
      writeText(output, 1, title);
      output.writeMessageEnd();
      output.flush();
    });
  }

  private receive(input: TProtocol, type: number, id: number): void {
    const callback = this._reqs[id];
    delete this._reqs[id];
    if (type === EXCEPTION) {
      const error = new Thrift.TApplicationException();
      error.read(input);
      input.readMessageEnd();
      callback?.(error, "");
      return;
    }
    const answer = readText(input);
    input.readMessageEnd();
    callback?.(undefined, answer);
  }
}

/** A struct with one text. */
function writeText(output: TProtocol, field: number, text: string): void {
  output.writeStructBegin("");
  output.writeFieldBegin("text", STRING, field);
  output.writeString(text);
  output.writeFieldEnd();
  output.writeFieldStop();
  output.writeStructEnd();
}

function readText(input: TProtocol): string {
  let text = "";
  input.readStructBegin();
  for (;;) {
    const { ftype } = input.readFieldBegin();
    if (ftype === STOP) break;
    if (ftype === STRING) text = input.readString();
    else input.skip(ftype);
    input.readFieldEnd();
  }
  input.readStructEnd();
  return text;
}
