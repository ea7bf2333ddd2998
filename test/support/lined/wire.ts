/** A frame: its kind, one letter, and its text. test/modules/lined says what there is. */
export type Lined = readonly [kind: string, text: string];

// length u32 (of what follows), kind u8, text
export function encode(...frames: readonly Lined[]): Buffer {
  return Buffer.concat(
    frames.map(([kind, text]) => {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(Buffer.byteLength(text) + 1);
      head.write(kind, 4);
      return Buffer.concat([head, Buffer.from(text)]);
    }),
  );
}

/** Cuts a stream of bytes into frames. */
export class Decoder {
  private pieces: Buffer[] = [];
  private size = 0;
  private wanted = 5;

  push(bytes: Uint8Array): Lined[] {
    this.pieces.push(Buffer.from(bytes));
    this.size += bytes.length;
    if (this.size < this.wanted) return []; // joined once there is a whole frame: a large one comes in many pieces
    let rest = Buffer.concat(this.pieces);
    const frames: Lined[] = [];
    while (rest.length >= 5 && rest.length >= 4 + rest.readUInt32BE()) {
      const end = 4 + rest.readUInt32BE();
      frames.push([rest.toString("latin1", 4, 5), rest.toString("utf8", 5, end)]);
      rest = rest.subarray(end);
    }
    this.pieces = [rest];
    this.size = rest.length;
    this.wanted = rest.length < 5 ? 5 : 4 + rest.readUInt32BE();
    return frames;
  }
}
