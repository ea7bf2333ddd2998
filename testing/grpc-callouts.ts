import type { HeaderMap } from "../host/http/headers/index.js";
import type { GrpcCall, GrpcCaller, GrpcChannel, GrpcEvents } from "../host/vm/index.js";
import { type BytesInit, toBytes } from "./bytes.js";
import { type HeadersInit, toHeaders } from "./headers.js";

/** A gRPC call or stream that a module opened. */
export class GrpcCallout {
  /** What the module named: a cluster, or a serialised envoy.config.core.v3.GrpcService. */
  readonly target: Buffer;
  readonly service: string;
  readonly method: string;
  readonly initialMetadata: HeaderMap;
  readonly timeoutMs: number | undefined;
  /** A unary call has one message from the start. */
  readonly unary: boolean;
  /** Messages of the module, serialised. */
  readonly sent: Buffer[] = [];
  /** open: both may send. half-closed: the module has ended its side. closed: over. cancelled: by the module, or its end. */
  state: "open" | "half-closed" | "closed" | "cancelled" = "open";

  constructor(
    call: GrpcCall,
    message: Uint8Array | undefined,
    private readonly events: GrpcEvents,
  ) {
    this.target = Buffer.from(call.target);
    this.service = call.service;
    this.method = call.method;
    this.initialMetadata = toHeaders(call.initialMetadata);
    this.timeoutMs = call.timeoutMs;
    this.unary = message !== undefined;
    if (message) {
      this.sent.push(Buffer.from(message));
      this.state = "half-closed";
    }
  }

  /** The server's first headers. */
  metadata(headers: HeadersInit = {}): void {
    this.#mustLive();
    this.events.onInitialMetadata([...toHeaders(headers)]);
  }

  /** A message of the server. */
  message(bytes: BytesInit): void {
    this.#mustLive();
    this.events.onMessage(toBytes(bytes));
  }

  /** The server ends the call. */
  close(status = 0, message = "", trailers: HeadersInit = {}): void {
    this.#mustLive();
    this.events.onTrailingMetadata([...toHeaders(trailers)]);
    this.state = "closed";
    this.events.onClose(status, message);
  }

  #mustLive(): void {
    if (this.state !== "open" && this.state !== "half-closed") {
      throw new Error(`the gRPC call to ${this.service}/${this.method} is ${this.state}`);
    }
  }
}

/** The gRPC calls of all modules of a test host. */
export class GrpcCallouts implements GrpcCaller {
  /** In the order in which they were opened. */
  readonly all: GrpcCallout[] = [];

  /** The last one that is not over. @throws where there is none */
  last(): GrpcCallout {
    const live = this.all.filter(({ state }) => state === "open" || state === "half-closed").at(-1);
    if (live === undefined) throw new Error("no gRPC call is open");
    return live;
  }

  /** Opens one, as the host does for a module. `unary`: the only message that is sent. */
  open(call: GrpcCall, unary: Uint8Array | undefined, events: GrpcEvents): GrpcChannel {
    const made = new GrpcCallout(call, unary, events);
    this.all.push(made);
    const end = () => {
      made.state = "half-closed";
    };
    return {
      send(message, endOfStream) {
        made.sent.push(Buffer.from(message));
        if (endOfStream) end();
      },
      close: end,
      cancel() {
        made.state = "cancelled";
      },
    };
  }
}
