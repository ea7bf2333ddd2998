import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contract, HARDLY_MATTERS, until } from "../support/index.js";

const OPAQUE = /meltemi\.\w+\.ingress\.opaque$/;
const REFUSED = /meltemi\.\w+\.ingress\.refused$/;

/** Makes a request one that the codec cannot read, within its length. */
const SPOIL: Readonly<Record<string, (request: Buffer) => void>> = {
  awesomerpc: (request) => request.writeUInt8(255, 14), // the service's name would be longer than the frame
  dubbo: (request) => request.writeUInt8(0xc0 | 21, 2), // a serialization that it does not know (MessagePack)
};

// A backend that only listens: the support's own would not read such a request either.
const received: Buffer[] = [];
const recorder = createServer((socket) => {
  socket.on("error", () => undefined).on("data", (bytes) => received.push(bytes));
});
beforeAll(() => new Promise<void>((resolve) => recorder.listen(0, "127.0.0.1", resolve)));
afterAll(() => void recorder.close());

async function spec() {
  const backends = { v1: (recorder.address() as AddressInfo).port };
  return {
    services: {
      passing: { backends },
      guarded: {
        backends,
        documents: [
          {
            apiVersion: "security.istio.io/v1",
            kind: "AuthorizationPolicy",
            name: "guarded",
            spec: {
              targetRefs: [{ kind: "ServiceEntry", group: "networking.istio.io", name: "guarded.test" }],
              action: "DENY",
              rules: [{ to: [{ operation: { operations: ["drop"] } }] }],
            },
          },
        ],
      },
      refusing: { backends, annotations: { "meltemi.dev/unknown": "refuse" } },
    },
  };
}

contract(
  "requests that the codec cannot read",
  spec,
  (world) => {
    function unreadable(id: bigint): Buffer {
      const request = world().protocol.request(id, { payload: "unread" });
      SPOIL[world().protocol.name]?.(request);
      return request;
    }

    test("pass as they are, and are counted", async () => {
      const before = await world().stat(OPAQUE);
      const request = unreadable(7n);
      received.length = 0;
      world().socket("passing").write(request);
      // What stands behind the id, which is the proxy's own on the way to the backend.
      await until("the request", () => Buffer.concat(received).includes(request.subarray(14)));
      await until("the counter", async () => (await world().stat(OPAQUE)) === before + 1, { timeoutMs: 7_000 });
    });

    test("are denied where rules deny by what requests ask, for nobody knows what these do", async () => {
      received.length = 0;
      const socket = world().socket("guarded");
      const answered: Buffer[] = [];
      socket.on("data", (bytes) => answered.push(bytes));
      const readable = world().protocol.request(9n, { payload: "read" });
      socket.write(Buffer.concat([unreadable(8n), readable]));
      const [answer] = await until("the error", () => {
        const found = world().protocol.answers(Buffer.concat(answered));
        return found.length > 0 && found;
      });
      expect([answer?.id, answer?.error]).toEqual([8n, expect.any(String)]);
      await until("the other", () => Buffer.concat(received).includes("read"));
      expect(Buffer.concat(received).includes("unread")).toBe(false);
    });

    test("get a native error with their id where the service says so, and others on the connection go on", async () => {
      const before = await world().stat(REFUSED);
      received.length = 0;
      const socket = world().socket("refusing");
      const answered: Buffer[] = [];
      socket.on("data", (bytes) => answered.push(bytes));
      const readable = world().protocol.request(9n, { payload: "read" });
      socket.write(Buffer.concat([unreadable(8n), readable]));
      const answers = () => world().protocol.answers(Buffer.concat(answered));
      await until("the error", () => answers().length === 1);
      expect(answers()[0]?.id).toBe(8n);
      expect(answers()[0]?.error).toBeDefined();
      await until("the other request", () => Buffer.concat(received).includes(readable.subarray(14)));
      expect(Buffer.concat(received).includes("unread")).toBe(false);
      await until("the counter", async () => (await world().stat(REFUSED)) === before + 1, { timeoutMs: 7_000 });
    });
  },
  { lanes: HARDLY_MATTERS },
);
