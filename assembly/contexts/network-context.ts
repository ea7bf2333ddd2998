import { FilterStatus, PeerType } from "../abi";
import { Context } from "./context";

/** One connection in a network filter. Downstream is the side that connected. */
export abstract class NetworkContext extends Context {
  /** A client has connected; no bytes of it are there yet. */
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

  /** The connection with the client is closed; `peer` says by whom. */
  onDownstreamClose(peer: PeerType): void {}

  /** The connection with the upstream is closed; `peer` says by whom. */
  onUpstreamClose(peer: PeerType): void {}
}
