/** Something that happened on a service, as a codec saw it. */
export interface TapRecord {
  /** When it began: ISO 8601, UTC, to the millisecond. */
  readonly time: string;
  /** `host:port` */
  readonly service: string;
  /** The node id of the proxy. */
  readonly proxy: string;
  /**
   * `call`: a request and its answer. Of sessions: `open` once the proxy has found a server or has not, `message` for what
   * the client asks, `close` at the end.
   */
  readonly kind: "call" | "open" | "message" | "close";
  /** As the protocol has it: an interface, or the service's own name. Empty where the request could not be read. */
  readonly interface: string;
  readonly operation: string;
  /** Values of names that occur more than once are joined by commas. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Of calls as in metrics (`success`, `business_error`, `failure`, `proxy`, `one_way`); `opened`, `refused`, `sent`, `closed`. */
  readonly status: string;
  /** The protocol's own status; HTTP's where the proxy answered. */
  readonly code: number;
  /** From the request to its whole answer; of a session to its opening, and at the end all its time. */
  readonly latencyMs: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
  /** Address of the backend; empty where there was none, or it is not known. */
  readonly backend: string;
  /** The beginning of the raw frames in base64, where that was asked for. */
  readonly request?: string;
  readonly answer?: string;
}

/** What a codec sends at once. */
export interface Report {
  readonly service: string;
  readonly records: readonly TapRecord[];
  /** How many it had to leave out. */
  readonly dropped: number;
}

const KINDS = ["call", "open", "message", "close"] as const;
/** By `CallStatus` of the codecs. */
const STATUS: Readonly<Record<TapRecord["kind"], readonly string[]>> = {
  call: ["success", "business_error", "failure", "proxy", "one_way"],
  open: ["opened", "opened", "refused", "refused"],
  message: ["sent", "sent", "refused", "refused"],
  close: ["closed"],
};

/**
 * Reads a report. Numbers are big-endian, a string comes after its length.
 *
 *     report = str16 service, str16 node, u32 dropped, *( u32 length, record )
 *     record = u8 kind, u8 status, u32 code, u64 began, u32 milliseconds, u32 request bytes, u32 answer bytes,
 *              str16 backend, str16 interface, str16 operation, u16 count, count*( str16 name, str16 value ),
 *              bytes32 request, bytes32 answer
 *
 * @throws RangeError where it ends too soon
 */
export function readReport(bytes: Uint8Array): Report {
  const input = new Input(bytes);
  const service = input.text16();
  const proxy = input.text16();
  const dropped = input.u32();
  const records: TapRecord[] = [];
  while (!input.isOver) records.push(readRecord(new Input(input.bytes32()), service, proxy));
  return { service, records, dropped };
}

function readRecord(input: Input, service: string, proxy: string): TapRecord {
  const kind = KINDS[input.u8()];
  if (kind === undefined) throw new RangeError("a record of a kind that is not known");
  const status = STATUS[kind][input.u8()] ?? "unknown";
  const code = input.i32();
  const time = new Date(Number(input.u64())).toISOString();
  const [latencyMs, requestBytes, answerBytes] = [input.u32(), input.u32(), input.u32()];
  const backend = addressOf(input.text16());
  const [name, operation] = [input.text16(), input.text16()];
  const attributes: Record<string, string> = {};
  for (let left = input.u16(); left > 0; left--) {
    const [key, value] = [input.text16(), input.text16()];
    attributes[key] = Object.hasOwn(attributes, key) ? `${attributes[key]},${value}` : value;
  }
  const [request, answer] = [input.bytes32(), input.bytes32()];
  return {
    ...{ time, service, proxy, kind, interface: name, operation, attributes, status, code, latencyMs },
    ...{ requestBytes, answerBytes, backend },
    ...(request.length > 0 && { request: request.toString("base64") }),
    ...(answer.length > 0 && { answer: answer.toString("base64") }),
  };
}

/** Envoy's `envoy://listener/10.0.0.1:80` for ways through the egress codec, `-` for none. */
function addressOf(host: string): string {
  return host === "-" ? "" : host.slice(host.lastIndexOf("/") + 1);
}

/** Bytes read from front to back; every read past the end throws a RangeError. */
class Input {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isOver(): boolean {
    return this.at === this.bytes.length;
  }

  u8(): number {
    return this.bytes.readUInt8(this.skip(1));
  }

  u16(): number {
    return this.bytes.readUInt16BE(this.skip(2));
  }

  u32(): number {
    return this.bytes.readUInt32BE(this.skip(4));
  }

  i32(): number {
    return this.bytes.readInt32BE(this.skip(4));
  }

  u64(): bigint {
    return this.bytes.readBigUInt64BE(this.skip(8));
  }

  text16(): string {
    const length = this.u16();
    const at = this.skip(length);
    return this.bytes.toString("utf8", at, at + length);
  }

  bytes32(): Buffer {
    const length = this.u32();
    const at = this.skip(length);
    return this.bytes.subarray(at, at + length);
  }

  private skip(length: number): number {
    const at = this.at;
    if (at + length > this.bytes.length) throw new RangeError("the report ends too soon");
    this.at += length;
    return at;
  }
}
