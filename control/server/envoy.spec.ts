import { once } from "node:events";
import { Agent, createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Refusal } from "../../xds/index.js";
import { bootstrap } from "../bootstrap/index.js";
import { Envoy, envoyBinary, freePort } from "../envoy.support.js";
import { idleModule, snapshotOfWorld, type World } from "./hand-made.support.js";
import { atFault, SnapshotServer } from "./server.js";

let module: Uint8Array;
const backends: Server[] = [];
const ports: number[] = [];

beforeAll(async () => {
  module = await idleModule();
  for (const name of ["one", "two"]) {
    const backend = createServer((_request, response) => response.end(name)).listen(0, "127.0.0.1");
    await once(backend, "listening");
    backends.push(backend);
    ports.push((backend.address() as AddressInfo).port);
  }
});

afterAll(() => {
  for (const backend of backends) backend.close();
});

describe.skipIf(envoyBinary === null).each([{ delta: false }, { delta: true }])(
  "a real Envoy, delta: $delta",
  ({ delta }) => {
    let server: SnapshotServer;
    let envoy: Envoy;
    let controlPort: number;
    let world: World;
    const refusals: Refusal[] = [];
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });

    const newServer = (): SnapshotServer => new SnapshotServer({ onNack: (refusal) => refusals.push(refusal) });
    const push = (change: Partial<World>): void => {
      world = { ...world, ...change };
      server.push(snapshotOfWorld(world, module));
    };
    /** One request on the one connection; the backend's name, or the status where it is not 200. */
    const call = async (): Promise<string> => {
      const outgoing = request({ host: "127.0.0.1", port: world.listenerPort, agent }).end();
      const [response] = await once(outgoing, "response");
      const chunks: Buffer[] = await response.toArray();
      return response.statusCode === 200 ? Buffer.concat(chunks).toString() : String(response.statusCode);
    };

    const start = async (): Promise<void> => {
      const [one = 0] = ports;
      refusals.length = 0;
      server = newServer();
      controlPort = await server.listen(0);
      world = { listenerPort: await freePort(), clusters: { one }, routeTo: "one" };
      push({});
      const adminPort = await freePort();
      envoy = Envoy.start(bootstrap({ controlPort, adminPort, nodeId: "test", delta }), adminPort);
      await envoy.ready();
      expect(await call()).toBe("one");
    };

    afterEach(async () => {
      agent.destroy();
      await envoy.stop();
      await server.close();
    });

    test("a hundred rule changes under load: no listener update, no failure, no connection cut", async () => {
      await start();
      const [one = 0, two = 0] = ports;
      const seen = new Map<string, number>();
      let running = true;
      const load = (async () => {
        while (running) {
          const answer = await call();
          seen.set(answer, (seen.get(answer) ?? 0) + 1);
        }
      })();
      for (let round = 0; round < 100; round++) {
        const to = round % 2 === 0 ? "two" : "one";
        // Clusters come and go with the rules; every tenth time the ones that stay are warmed anew.
        const clusters: Record<string, number> = to === "two" ? { two } : { one };
        const connectTimeout = `${1 + Math.floor(round / 10)}s`;
        push({ clusters, routeTo: to, connectTimeout, filterConfig: `round ${round}` });
        await expect.poll(call, { interval: 5, timeout: 10_000 }).toBe(to);
      }
      running = false;
      await load;
      expect([...seen.keys()].sort()).toEqual(["one", "two"]);
      expect(refusals).toEqual([]);
      expect(await envoy.stat("listener_manager.listener_modified")).toBe(0);
      expect(await envoy.stat("listener_manager.lds.update_success")).toBe(1);
      expect(await envoy.stat("http.front.downstream_cx_total")).toBe(1);
      expect(await envoy.stat("http.front.rds.rules.update_success")).toBe(101);
      await expect.poll(() => envoy.admin("/clusters")).not.toContain("two::");
    }, 60_000);

    test("a refused listener is reported by name, the old one goes on, and later changes arrive", async () => {
      await start();
      const [one = 0, two = 0] = ports;
      push({ badListener: true, clusters: { one, two }, routeTo: "two" });
      await expect.poll(() => refusals.length, { timeout: 5000 }).toBe(1);
      expect(refusals.map(atFault)).toEqual([["front"]]);
      await expect.poll(call).toBe("two");
      push({ badListener: false, routeTo: "one" });
      await expect.poll(call).toBe("one");
      expect(refusals.length).toBe(1);
    });

    test("a listener may take the place of another on its address", async () => {
      await start();
      const [one = 0, two = 0] = ports;
      for (const listenerName of ["other", "front", "other"]) {
        push({ listenerName, clusters: { one, two }, routeTo: listenerName === "other" ? "two" : "one" });
      }
      await expect.poll(() => envoy.admin("/listeners?format=json"), { timeout: 5000 }).toContain('"other"');
      await expect.poll(call, { timeout: 5000 }).toBe("two");
      expect(refusals).toEqual([]);
    });

    test("the control plane restarts: Envoy keeps its configuration, reconnects and follows again", async () => {
      await start();
      const [one = 0, two = 0] = ports;
      await server.close();
      await expect.poll(() => envoy.stat("control_plane.connected_state"), { timeout: 10_000 }).toBe(0);
      expect(await call()).toBe("one");
      server = newServer();
      push({});
      await server.listen(controlPort);
      await expect.poll(() => envoy.stat("control_plane.connected_state"), { timeout: 10_000 }).toBe(1);
      push({ clusters: { one, two }, routeTo: "two" });
      await expect.poll(call, { timeout: 5000 }).toBe("two");
      expect(await envoy.stat("listener_manager.listener_modified")).toBe(0);
      expect(await envoy.stat("http.front.downstream_cx_total")).toBe(1);
    }, 40_000);
  },
);

test("a refusal names what is at fault, where its text does", () => {
  const resources = ["outbound|80||a", "outbound|80||a.b", "c"];
  expect(atFault({ resources, message: "Error adding/updating cluster(s) outbound|80||a.b: no" })).toEqual([
    "outbound|80||a.b",
  ]);
  expect(atFault({ resources, message: "unknown field" })).toEqual(resources);
});
