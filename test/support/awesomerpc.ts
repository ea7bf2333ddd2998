import {
  Client,
  Decoder,
  encode,
  type Frame,
  HEAD_BYTES,
  Kind,
  MAGIC,
  type Request,
  type Response,
  Server,
  Status,
} from "../../examples/awesomerpc/index.js";
import type { Answer, Backend, BackendReply, Call, Caller, ErrorKind, Message, Protocol } from "./protocol.js";

const SERVICE = "test.Echo";

const ERRORS: Readonly<Record<number, ErrorKind | undefined>> = {
  [Status.ok]: undefined,
  [Status.applicationError]: "business",
  [Status.notFound]: "no-route",
  [Status.unavailable]: "unavailable",
  [Status.deadlineExceeded]: "timeout",
  [Status.tooLarge]: "too-large",
};

/** AwesomeRPC, through the library that its applications use. */
export const awesomerpc: Protocol = {
  name: "awesomerpc",
  codec: "awesomerpc",
  backend: (name, port) => AwesomeBackend.start(name, port),
  caller: (port, timeoutMs = 5_000) => new AwesomeCaller(new Client({ port, timeoutMs })),
  request: (id, call) => encode(requestFrame(id, call)),
  declare(id, bytes) {
    const head = encode({ ...requestFrame(id, {}) }).subarray(0, HEAD_BYTES);
    head.writeUInt32BE(bytes - 4, 0);
    head.writeUInt8(MAGIC, 4);
    return Buffer.from(head);
  },
  answers: (bytes) =>
    [...new Decoder().push(bytes)].flatMap(({ frame }) =>
      frame.kind === Kind.response ? [{ id: frame.id, ...answer(frame) }] : [],
    ),
  withoutId(raw) {
    const copy = Buffer.from(raw);
    copy.writeBigUInt64BE(0n, 6);
    return copy;
  },
  heartbeat: { send: encode({ kind: Kind.ping, id: 7n }), receive: encode({ kind: Kind.pong, id: 7n }) },
  drain: encode({ kind: Kind.goaway, id: 0n }),
  deadline: (milliseconds) => ["timeout-ms", `${milliseconds}`],
};

function requestFrame(id: bigint, { operation = "echo", attributes = [], payload = "" }: Call): Request & Frame {
  return {
    kind: Kind.request,
    id,
    service: SERVICE,
    method: operation,
    headers: attributes,
    payload: Buffer.from(payload),
  };
}

function answer({ status, headers, payload }: Response): Answer {
  const error = status in ERRORS ? ERRORS[status] : "other";
  return { ...(error === undefined ? {} : { error }), code: status, attributes: headers, payload };
}

class AwesomeCaller implements Caller {
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  get opened(): number {
    return this.client.opened;
  }

  async call({ operation = "echo", attributes = [], ...rest }: Call = {}): Promise<Answer> {
    return answer(await this.client.call(SERVICE, operation, { headers: attributes, ...rest }));
  }

  notify({ operation = "echo", attributes = [], ...rest }: Call = {}): Promise<void> {
    return this.client.notify(SERVICE, operation, { headers: attributes, ...rest });
  }

  ping(): Promise<void> {
    return this.client.ping();
  }

  close(): Promise<void> {
    return this.client.close();
  }

  destroy(): void {
    this.client.destroy();
  }
}

class AwesomeBackend implements Backend {
  readonly messages: Message[] = [];
  reply: ((message: Message) => BackendReply) | undefined;

  private constructor(
    readonly name: string,
    private readonly server: Server,
  ) {}

  static async start(name: string, port?: number): Promise<AwesomeBackend> {
    let backend: AwesomeBackend | undefined;
    const server = await Server.listen({
      ...(port === undefined ? {} : { port }),
      onFrame: ({ frame, raw }, connection) => {
        if (frame.kind !== Kind.request && frame.kind !== Kind.oneWay) return;
        backend?.messages.push(message(frame, raw, connection));
      },
      handler: (frame) => {
        const reply = backend?.reply?.(message(frame, Buffer.alloc(0), 0)) ?? {};
        return {
          status: reply.unavailable ? Status.unavailable : reply.business ? Status.applicationError : Status.ok,
          headers: reply.attributes ?? [["Served-By", name]],
          payload: reply.payload ?? frame.payload,
        };
      },
    });
    backend = new AwesomeBackend(name, server);
    return backend;
  }

  get port(): number {
    return this.server.port;
  }

  get connections(): number {
    return this.server.connections;
  }

  get accepted(): number {
    return this.server.accepted;
  }

  get latency(): () => number {
    return this.server.latency;
  }

  set latency(latency: () => number) {
    this.server.latency = latency;
  }

  get silent(): boolean {
    return this.server.silent;
  }

  set silent(silent: boolean) {
    this.server.silent = silent;
  }

  kill(): void {
    this.server.kill();
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

function message(frame: Request, raw: Buffer, connection: number): Message {
  const { method: operation, headers: attributes, payload } = frame;
  return { raw, operation, attributes, payload, oneWay: frame.kind === Kind.oneWay, connection };
}
