import { createServer as createHttp } from "node:http";
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

async function listening(server: ReturnType<typeof createTcp> | ReturnType<typeof createHttp>): Promise<Upstream> {
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
