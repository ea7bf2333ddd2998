import { Duplex } from "node:stream";

/** A frame of HTTP/2 (RFC 9113, section 4.1). */
export function http2Frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Two ends of a connection in memory; what the first sends is kept too. */
export function pairOfEnds(sent: Buffer[] = []): [Duplex, Duplex] {
  const end = (other: () => Duplex, seen?: Buffer[]) =>
    new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        seen?.push(chunk);
        other().push(chunk);
        done();
      },
    });
  const first: Duplex = end(() => second, sent);
  const second: Duplex = end(() => first);
  return [first, second];
}
