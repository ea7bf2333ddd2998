// The backends, a process of their own: prints `{"dubbo": PORT, "http": PORT}` and answers until it is ended.
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { bodyLength, dubboResponse, HEADER_LENGTH, ID_OFFSET } from "./dubbo-frames.js";

const EVENT = 0x20;
const TWO_WAY = 0x40;
const NULL_VALUE = 0x4e;

const dubbo = await listen(serveDubbo);
const http = await listen(serveHttp);
process.stdout.write(`${JSON.stringify({ dubbo, http })}\n`);

async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function serveDubbo(socket: Socket): void {
  const answer = dubboResponse();
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = HEADER_LENGTH;
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    const answers: Buffer[] = [];
    let at = 0;
    wanted = HEADER_LENGTH;
    while (bytes.length - at >= HEADER_LENGTH) {
      const length = HEADER_LENGTH + bodyLength(bytes, at);
      if (bytes.length - at < length) {
        wanted = length;
        break;
      }
      const reply = answerTo(bytes.subarray(at, at + length), answer);
      if (reply) answers.push(reply);
      at += length;
    }
    chunks = at === bytes.length ? [] : [bytes.subarray(at)];
    held = bytes.length - at;
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
}

/** The answer to a request, with its id, or to a heartbeat; none where none is wanted. */
function answerTo(request: Buffer, answer: Buffer): Buffer | undefined {
  const flag = request[2] ?? 0;
  if ((flag & TWO_WAY) === 0) return undefined;
  const event = (flag & EVENT) !== 0;
  const reply = event
    ? Buffer.from([0xda, 0xbb, 0x22, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, NULL_VALUE])
    : Buffer.from(answer);
  request.copy(reply, ID_OFFSET, ID_OFFSET, ID_OFFSET + 8);
  return reply;
}

/** HTTP/1.1 with content-length only, as Envoy forwards it: enough of it to answer. */
function serveHttp(socket: Socket): void {
  const answer = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: 64\r\n\r\n${"x".repeat(64)}`);
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
        if (skip === 0) answers.push(answer);
        continue;
      }
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) break;
      skip = Number(/content-length: (\d+)/i.exec(bytes.toString("latin1", 0, end))?.[1] ?? 0);
      bytes = bytes.subarray(end + 4);
      if (skip === 0) answers.push(answer);
    }
    rest = bytes;
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
}
