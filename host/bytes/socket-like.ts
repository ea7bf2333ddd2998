import { Duplex } from "node:stream";

/** A duplex where node's HTTP servers and clients expect a socket: they call these, and here there is nothing to do. */
export abstract class SocketLike extends Duplex {
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
