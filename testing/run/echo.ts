import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";

/** An upstream that shows what reached it. */
export interface Echo {
  readonly port: number;
  close(): Promise<void>;
}

/** HTTP: answers with the request's line, headers and body. TCP: with the same bytes. */
export async function startEcho(kind: "http" | "tcp"): Promise<Echo> {
  const server: Server = kind === "http" ? createHttpServer(show) : createServer((socket) => socket.pipe(socket));
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function show(request: IncomingMessage, response: ServerResponse): void {
  const { method, url, rawHeaders } = request;
  const lines = [`${method} ${url}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  response.setHeader("content-type", "text/plain");
  response.write(`${lines.join("\n")}\n\n`);
  request.pipe(response);
}
