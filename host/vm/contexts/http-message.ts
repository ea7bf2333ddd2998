import type { StreamType } from "../abi.js";
import type { ByteBuffer, HeaderMap } from "../data.js";
import type { HttpHost } from "../types.js";

/** What a module can reach of a request or a response at the moment. Gone once the filter has let it pass. */
export class HttpMessage {
  headers: HeaderMap | undefined;
  trailers: HeaderMap | undefined;
  data: ByteBuffer | undefined;
  /** The chain keeps the body; outside of body callbacks it is asked for it. */
  buffering = false;
  endOfStream = false;

  constructor(
    private readonly chain: HttpHost,
    private readonly type: StreamType.HttpRequest | StreamType.HttpResponse,
  ) {}

  body(): ByteBuffer | undefined {
    return this.buffering ? (this.chain.bufferedBody(this.type) ?? this.data) : this.data;
  }

  /** In the last body call, touching trailers makes them. */
  trailersToWrite(): HeaderMap | undefined {
    if (!this.trailers && this.data && this.endOfStream) this.trailers = this.chain.addTrailers(this.type);
    return this.trailers;
  }

  clear(): void {
    this.headers = undefined;
    this.trailers = undefined;
    this.data = undefined;
  }
}
