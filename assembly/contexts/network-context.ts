import { FilterStatus, PeerType } from "../abi";
import { Context } from "./context";

/** One connection in a network filter. Downstream is the side that connected. */
export abstract class NetworkContext extends Context {
  onNewConnection(): FilterStatus {
    return FilterStatus.Continue;
  }

  /**
   * Bytes from downstream, in `BufferType.DownstreamData`; what the buffer holds on return goes on. After
   * `StopIteration` the same bytes come again, with what followed.
   */
  onDownstreamData(size: i32, endOfStream: bool): FilterStatus {
    return FilterStatus.Continue;
  }

  /** Bytes towards downstream, in `BufferType.UpstreamData`. */
  onUpstreamData(size: i32, endOfStream: bool): FilterStatus {
    return FilterStatus.Continue;
  }

  onDownstreamClose(peer: PeerType): void {}

  onUpstreamClose(peer: PeerType): void {}
}
