import type { Socket } from "node:net";
import { decodeAll, type Frame } from "./wire.js";

/** Hands over a socket's frames one by one; a socket that sends anything else is destroyed. */
export function receive(socket: Socket, onFrame: (frame: Frame) => void): void {
  let pieces: Buffer[] = [];
  let size = 0;
  let wanted = 4;
  socket.on("data", (chunk: Buffer) => {
    pieces.push(chunk);
    size += chunk.length;
    if (size < wanted) return; // joined once there is a whole frame: a large one comes in many pieces
    try {
      const { frames, rest } = decodeAll(Buffer.concat(pieces));
      pieces = [rest];
      size = rest.length;
      wanted = size < 4 ? 4 : 4 + rest.readUInt32BE(0);
      for (const frame of frames) onFrame(frame);
    } catch {
      socket.destroy();
    }
  });
}
