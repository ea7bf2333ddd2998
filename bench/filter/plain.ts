// A proxy in plain JavaScript with the filter's logic: `node plain.js PORT` forwards to that port and prints its own.
import { Agent, createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";

const agent = new Agent({ keepAlive: true });
const port = Number(process.argv[2]);

const server = createServer((incoming, outgoing) => {
  const { "x-debug": _, ...kept } = incoming.headers;
  const headers = { ...kept, "x-user-group": "canary" };
  const { method, url: path } = incoming;
  const forwarded = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, { ...response.headers, "x-served-by": "meltemi" });
    response.pipe(outgoing);
  });
  forwarded.on("error", () => outgoing.destroy());
  incoming.pipe(forwarded);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
