import { Slice } from "../../bytes";
import { Codec, Peer } from "../../codec";
import { lengthOf } from "../buffers";
import { Settings } from "../settings";
import { EgressStream } from "./stream";

/** Requests that wait, whole or not, for the rest of their bodies or for their turn. */
export class Bodies {
  private bytes: i32 = 0;

  constructor(
    private codec: Codec,
    private settings: Settings,
  ) {}

  /** Adds to a request's body. False: too much waits, of this request or of all. */
  keep(stream: EgressStream, bytes: Slice): bool {
    const limits = this.settings;
    if (stream.bodyLength == 0) stream.reserve(lengthOf(this.codec, Peer.Client, bytes, limits.maxFrameBytes));
    stream.append(bytes);
    this.bytes += bytes.length;
    return stream.bodyLength <= limits.streamBufferBytes && this.bytes <= limits.connectionBufferBytes;
  }

  /** The request goes, or never will. */
  free(stream: EgressStream): void {
    if (stream.forwarded) return;
    this.bytes -= stream.bodyLength;
    stream.freeBody();
  }
}
