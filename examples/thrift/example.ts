import { once } from "node:events";
import type { Socket } from "node:net";
import thrift from "thrift";
import type { Endpoint, Service } from "../../control/index.js";
import type { Client as DemoClient, Example } from "../demo/index.js";
import { Client, type Handler, Processor, type ServiceName } from "./bookshop.js";

const SPEECH = { transport: thrift.TFramedTransport, protocol: thrift.TBinaryProtocol };

/** What is asked, in turn. */
const CALLS: readonly (readonly [ServiceName, string])[] = [
  ["Reviews", "list"],
  ["Stock", "count"],
  ["Reviews", "list"],
  ["Reviews", "write"],
];

async function serve(endpoint: Endpoint, backend: string): Promise<{ close(): Promise<void> }> {
  const server = thrift.createServer<Processor, Handler>(Processor, () => backend, SPEECH);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(endpoint.port, endpoint.address);
  await once(server, "listening");
  return {
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** One connection for everything. */
async function connect({ bind }: Service): Promise<DemoClient> {
  const connection = thrift.createConnection(bind.address, bind.port, SPEECH);
  await once(connection, "connect");
  connection.on("error", () => undefined); // whoever waits for an answer is told by the next call
  const client = thrift.createClient(Client, connection);
  return {
    async request(number) {
      const [service, method] = CALLS[number % CALLS.length] ?? ["Reviews", "list"];
      const attributes = Object.entries({ service, method });
      try {
        return { attributes, ok: true, servedBy: await client.call(service, method, "The Comedy of Errors") };
      } catch {
        return { attributes, ok: false };
      }
    },
    close: async () => {
      connection.end();
    },
  };
}

export const bookshop: Example = { name: "thrift", requests: 1000, serve, connect };
