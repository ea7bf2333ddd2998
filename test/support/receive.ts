import type { Socket } from "node:net";

/** How a protocol's frames are found in a stream of bytes. */
export interface Framing<Frame> {
  /** Bytes from which a frame's length can be read. */
  readonly headBytes: number;
  /** The length of the whole frame that begins so. */
  frameBytes(head: Buffer): number;
  /** All whole frames, and the bytes behind them; throws on what is no frame. */
  decodeAll(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer };
}

/** Hands over a socket's frames one by one; a socket that sends anything else is destroyed. */
export function receive<Frame>(socket: Socket, framing: Framing<Frame>, onFrame: (frame: Frame) => void): void {
  const { headBytes } = framing;
  let pieces: Buffer[] = [];
  let size = 0;
  let wanted = headBytes;
  socket.on("data", (chunk: Buffer) => {
    pieces.push(chunk);
    size += chunk.length;
    if (size < wanted) return; // joined once there is a whole frame: a large one comes in many pieces
    try {
      const { frames, rest } = framing.decodeAll(Buffer.concat(pieces));
      pieces = [rest];
      size = rest.length;
      wanted = size < headBytes ? headBytes : framing.frameBytes(rest);
      for (const frame of frames) onFrame(frame);
    } catch {
      socket.destroy();
    }
  });
}
