// What the backends share. Each is a process of its own that prints its port and answers until it is ended.
import { type AddressInfo, createServer, type Socket } from "node:net";

export async function listen(serve: (socket: Socket) => void): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
}
