import { createServer as createHttp } from "node:http";
import { constants, createServer as createHttp2, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer as createTcp, type Socket } from "node:net";

/** Something that listens on loopback. */
export interface Upstream {
  readonly port: number;
  close(): void;
}

/**
 * Answers with what it got: a line for each header in order, an empty one, and the body; so what the proxy forwarded shows
 * in what the client sees. A path with `trailers` gets trailers, one with `hop` the headers of its connection.
 */
export async function httpEcho(): Promise<Upstream> {
  const server = createHttp((request, response) => {
    const body: Buffer[] = [];
    request.on("data", (piece: Buffer) => body.push(piece));
    request.on("end", () => {
      const lines = [`${request.method} ${request.url}`];
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        // Of the connection, not of the request.
        if (request.rawHeaders[i]?.toLowerCase() !== "connection")
          lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      }
      for (const [name, value] of Object.entries(request.trailers)) lines.push(`trailer ${name}: ${value}`);
      const text = `${lines.join("\n")}\n\n${Buffer.concat(body).toString("latin1")}`;
      response.sendDate = false;
      if (!request.url?.includes("hop")) response.removeHeader("connection");
      response.setHeader("x-echo", ["one", "two"]);
      if (request.url?.includes("trailers")) {
        response.setHeader("trailer", "x-end");
        response.write(text);
        response.addTrailers({ "x-end": "yes" });
        response.end();
      } else response.setHeader("content-length", Buffer.byteLength(text, "latin1")).end(text, "latin1");
    });
  });
  return listening(server);
}

/** So long that a proxy reads an end by itself, and not with the bytes before it. */
const APART_MS = 100;

/** Sends every byte back in upper case, and then its end. */
export async function tcpEcho(): Promise<Upstream> {
  const server = createTcp({ allowHalfOpen: true }, (socket: Socket) => {
    socket.on("data", (data) => socket.write(data.toString("latin1").toUpperCase(), "latin1"));
    socket.on("end", () => setTimeout(() => socket.end(), APART_MS));
    socket.on("error", () => socket.destroy());
  });
  return listening(server);
}

/** Takes connections, and says nothing on them. */
export async function silence(): Promise<Upstream> {
  return listening(createTcp((socket) => socket.on("error", () => socket.destroy()).resume()));
}

/**
 * Speaks gRPC. The method says what comes of a message: `Echo` it comes back with its metadata, `Twice` twice, `Refuse` a
 * status and nothing else, `Break` a reset, `Silence` nothing.
 */
export async function grpcEcho(): Promise<Upstream> {
  const server = createHttp2();
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    const received: Buffer[] = [];
    stream.on("data", (piece: Buffer) => received.push(piece));
    const method = `${headers[":path"]}`.split("/").pop();
    if (method === "Break") stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else if (method === "Refuse") refuse(stream);
    else if (method !== "Silence") {
      const got = `${headers["x"] ?? "nothing"}`;
      stream.respond({ ...GRPC, "x-got": got }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "x-end": "yes" }));
      stream.on("end", () => stream.end(Buffer.concat(method === "Twice" ? [...received, ...received] : received)));
    }
  });
  return listening(server);
}

function refuse(stream: ServerHttp2Stream): void {
  const status = { "grpc-status": "7", "grpc-message": "no" };
  stream.respond({ ...GRPC, ...status }, { endStream: true });
}

const GRPC = { ":status": 200, "content-type": "application/grpc" };

async function listening(
  server: ReturnType<typeof createTcp> | ReturnType<typeof createHttp> | ReturnType<typeof createHttp2>,
): Promise<Upstream> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
