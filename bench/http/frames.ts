// Prepared HTTP/2 client frames (RFC 9113): enough to load a server, no more.

const MAX_FRAME = 16384;

/** Preface, SETTINGS (no dynamic table, the largest windows), WINDOW_UPDATE, and the ACK of settings still to come. */
export function http2Opening(): Buffer {
  const settings = Buffer.from([0, 1, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff]);
  return Buffer.concat([
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    frame(4, 0, settings),
    frame(8, 0, Buffer.from([0x7f, 0xff, 0, 0])),
    frame(4, 1, Buffer.alloc(0)),
  ]);
}

/** A POST with a body of `bytes` and the headers that a Dubbo request of the bench turns into. */
export function http2Request(bytes: number): Buffer {
  const service = "org.apache.dubbo.samples.basic.api.DemoService";
  const headers = Buffer.concat([
    Buffer.from([0x83, 0x86]),
    Buffer.from([0x04]),
    text(`/${service}/sayHello`),
    Buffer.from([0x01]),
    text(service),
    ...Object.entries({
      interface: service,
      method: "sayHello",
      version: "0.0.0",
      path: service,
      batchjob: "true",
      "content-length": `${bytes}`,
    }).flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]),
  ]);
  const parts = [frame(1, 4, headers)];
  for (let at = 0; at < bytes; at += MAX_FRAME) {
    const length = Math.min(MAX_FRAME, bytes - at);
    parts.push(frame(0, at + length === bytes ? 1 : 0, Buffer.alloc(length, "x")));
  }
  return Buffer.concat(parts);
}

/** Where the stream ids of a prepared request stand. */
export function* http2StreamOffset(request: Buffer): Generator<number> {
  for (let at = 0; at < request.length; at += 9 + request.readUIntBE(at, 3)) yield at + 5;
}

function frame(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  return Buffer.concat([head, payload]);
}

/** A string literal without Huffman (RFC 7541 §5.2); all of the bench's are shorter than 127. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
}
