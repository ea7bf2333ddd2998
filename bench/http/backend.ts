import { listen } from "../backend.js";

const ANSWER = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: 64\r\n\r\n${"x".repeat(64)}`);

/** HTTP/1.1 with content-length only, as Envoy forwards it: enough of it to answer. */
await listen((socket) => {
  let rest: Buffer = Buffer.alloc(0);
  let skip = 0;
  socket.on("data", (chunk) => {
    let bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const answers: Buffer[] = [];
    while (bytes.length > 0) {
      if (skip > 0) {
        const taken = Math.min(skip, bytes.length);
        skip -= taken;
        bytes = bytes.subarray(taken);
        if (skip === 0) answers.push(ANSWER);
        continue;
      }
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) break;
      skip = Number(/content-length: (\d+)/i.exec(bytes.toString("latin1", 0, end))?.[1] ?? 0);
      bytes = bytes.subarray(end + 4);
      if (skip === 0) answers.push(ANSWER);
    }
    rest = bytes;
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
});
