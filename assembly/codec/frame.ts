import { Slice } from "../bytes";

/** Who sent the bytes that a codec is shown. */
export enum Peer {
  Client,
  Server,
}

/** What `Codec.scan` found at the start of the input. */
export enum Scan {
  /** Not enough bytes yet to know the frame's length. */
  More,
  /** A frame: `length` and `kind` are set, its bytes may still be on their way. */
  Frame,
  /** No frame of this protocol: the connection cannot be kept in step and is closed. */
  Bad,
}

/** What a frame is to the bridge, whatever its protocol calls it. */
export enum Kind {
  Request,
  /** A request without an answer. */
  OneWay,
  Response,
  /** A heartbeat that wants an answer. */
  Ping,
  Pong,
  /** The sender takes no new requests on this connection (Dubbo's read-only event, GOAWAY and their like). */
  Drain,
  /** Passed on unread, to wherever a request without attributes goes. */
  Opaque,
  /** A request that the codec answers itself (`Codec.answer`), in its place among the others. */
  Local,
  /**
   * A request that needs a server of its own from here on. When all earlier ones are answered, a session is opened: one
   * CONNECT stream, routed by what `decode` says of this request, which is the first that it carries.
   */
  Session,
}

/** One frame of the wire. The SDK reuses it from frame to frame: a codec fills it and does not keep it. */
export class Frame {
  /** Who sent it; set by the SDK before `scan`. */
  from: Peer = Peer.Client;
  /**
   * Set by the SDK before `scan`: so many bytes of this same frame did the last `scan` of this side answer with `More`;
   * zero for bytes that are new. A codec that must walk a frame to find its end goes on from there.
   */
  seen: i32 = 0;
  kind: Kind = Kind.Opaque;
  /** Bytes of header: what `scan` needed in order to know the length. */
  head: i32 = 0;
  /** Bytes of the whole frame, header included. May be any number that a peer declares: the SDK refuses what is too long. */
  length: u64 = 0;
  /** The request's id, where the protocol has ids. */
  id: u64 = 0;
  /** Leading bytes that `fail` and `pong` need, kept while the request is under way; zero means `head`. At most 1 KiB. */
  keep: i32 = 0;
  /** It is a part of a request that `Codec.part` wrote. Set by the SDK after `scan`. */
  part: bool = false;
  /** Of `Kind.Local`: the client wants nothing more, and its connection closes once all is answered. */
  last: bool = false;
  /** The whole frame from `decode` on; its first `keep` bytes in `fail` and `pong`. Set by the SDK. */
  bytes: Slice = Slice.empty();

  /** For `scan`: all that is known of a frame, in one call. */
  is(kind: Kind, head: i32, length: u64, id: u64 = 0): Scan {
    this.kind = kind;
    this.head = head;
    this.length = length;
    this.id = id;
    return Scan.Frame;
  }

  /** Forgets the last frame. */
  clear(): void {
    this.seen = 0;
    this.kind = Kind.Opaque;
    this.head = 0;
    this.length = 0;
    this.id = 0;
    this.keep = 0;
    this.part = false;
    this.last = false;
    this.bytes = Slice.empty();
  }
}
