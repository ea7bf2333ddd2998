import { expect, test } from "vitest";
import { type ByteQueue, MemoryDuplex } from "../bytes/index.js";
import { ServerConnection } from "./server-connection.js";
import { createStreamInfo } from "./stream-info.js";
import { FilterStatus, type NetworkFilter, type NetworkFilterFactory } from "./types.js";

const LIMIT = 1000;

/** A connection through these filters; `client` is its other end. */
function connect(...factories: NetworkFilterFactory[]) {
  const [client, transport] = MemoryDuplex.pair();
  const connection = new ServerConnection({
    transport,
    info: createStreamInfo(),
    localAddress: "local",
    remoteAddress: "remote",
    bufferLimit: LIMIT,
    onDefect: (error) => {
      throw error;
    },
    onClosed: () => undefined,
  });
  connection.start(factories);
  return { client, connection };
}

test("a connection is read on once a filter hands on what it kept, outside of any callback of the chain", async () => {
  let goOn = (): void => undefined;
  const holding: NetworkFilterFactory = ({ continueReading }): NetworkFilter => {
    goOn = continueReading;
    return { onData: () => FilterStatus.StopIteration };
  };
  let taken = 0;
  const sink: NetworkFilterFactory = (): NetworkFilter => ({
    onData: (buffer: ByteQueue) => {
      taken += buffer.length;
      buffer.takeChunks();
      return FilterStatus.StopIteration;
    },
  });
  const { client, connection } = connect(holding, sink);
  // More than the limit is kept, so the client is read no further.
  client.write(Buffer.alloc(2 * LIMIT));
  await new Promise((resolve) => client.write(Buffer.alloc(LIMIT), resolve));
  const before = connection.bytesReceived;
  goOn();
  expect(taken).toBe(before);
  client.write(Buffer.alloc(1));
  await expect.poll(() => connection.bytesReceived).toBe(3 * LIMIT + 1);
  client.destroy();
});
