import { connect } from "node:net";
import { expect, test } from "vitest";
import { contract, type World } from "../support/index.js";

const MINUTES = 60_000;
/** A fifth of Envoy's on the host, which is slower: all long tests together are to stay under forty minutes. */
const REQUESTS = { envoy: 1_000_000, host: 200_000 };
const CONNECTIONS = { envoy: 100_000, host: 20_000 };
const SAMPLES = 20;
const services = {
  memory: {
    routes: [
      // A part of the requests goes through every module there is.
      {
        match: { user: { exact: "u0" } },
        to: "v3",
        request: [["Added", "on the way"]] as const,
        response: [["Served-By", "the mesh"]] as const,
      },
      { match: { user: { prefix: "u" } }, to: { v1: 50, v2: 50 } },
    ],
  },
};

/** What a proxy holds, in bytes. */
interface Sample {
  readonly rss: number;
  /** Linear memory of all of its VMs. */
  readonly vm: number;
}

/** The growth over the last half of the samples, by least squares, as a share of their mean. */
function growth(samples: readonly number[]): number {
  const half = samples.slice(Math.floor(samples.length / 2));
  const mean = half.reduce((sum, value) => sum + value, 0) / half.length;
  const middle = (half.length - 1) / 2;
  const covariance = half.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  const variance = half.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  return ((covariance / variance) * (half.length - 1)) / mean;
}

/** Runs a piece of work as many times as there are samples, and reads the proxy's memory after each. */
async function sampled(world: World, work: () => Promise<void>): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    await work();
    for (const backend of world.all) backend.messages.length = 0;
    samples.push({ rss: world.proxy.rss(), vm: await world.stat(/meltemi\..*\.memory_bytes$/) });
  }
  return samples;
}

/** Prints the figures in one line, and looks at them. */
function expectLevel(world: World, what: string, samples: readonly Sample[], startedAt: number): void {
  const rss = samples.map((sample) => sample.rss);
  const vm = samples.map((sample) => sample.vm);
  const megabytes = (values: readonly number[]) => values.map((bytes) => (bytes / 1e6).toFixed(1)).join(" ");
  const percent = (values: readonly number[]) => `${(growth(values) * 100).toFixed(2)}%`;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.log(
    `memory, ${world.protocol.name} on ${world.proxy.kind}: ${what} in ${seconds} s; ` +
      `VM ${percent(vm)} of ${megabytes(vm.slice(-1))} MB, RSS ${percent(rss)} of ${megabytes(rss.slice(-1))} MB`,
  );
  expect(Math.min(...vm), "VM memory is told").toBeGreaterThan(0);
  expect(growth(vm), `VM memory in MB: ${megabytes(vm)}`).toBeLessThan(0.01);
  expect(growth(rss), `resident memory in MB: ${megabytes(rss)}`).toBeLessThan(0.01);
}

contract("memory", { services }, (world) => {
  test("does not grow over a million requests, 200,000 on the host", { timeout: 30 * MINUTES }, async () => {
    const startedAt = Date.now();
    const callers = Array.from({ length: 8 }, () => world().caller("memory", 30_000));
    const samples = await sampled(world(), async () => {
      const lanes = callers.flatMap((caller) => Array.from({ length: 8 }, () => caller));
      await Promise.all(
        lanes.map(async (caller, lane) => {
          for (let i = 0; i < REQUESTS[world().proxy.kind] / SAMPLES / lanes.length; i++) {
            const { error } = await caller.call({
              attributes: [["User", `u${lane % 4}`]],
              payload: "x".repeat(i % 512),
            });
            if (error !== undefined) throw new Error(`request ${i} of lane ${lane}: ${error}`);
          }
        }),
      );
    });
    expectLevel(world(), `${REQUESTS[world().proxy.kind]} requests`, samples, startedAt);
  });

  test("does not grow over 100,000 short connections, 20,000 on the host", { timeout: 30 * MINUTES }, async () => {
    const startedAt = Date.now();
    const { protocol } = world();
    const requests = [0, 1, 2, 3].map((n) =>
      protocol.request(1n, { attributes: [["User", `u${n}`]], payload: "short" }),
    );
    const once = (request: Buffer): Promise<void> =>
      new Promise((resolve, reject) => {
        const socket = connect(world().port("memory"), "127.0.0.1");
        let got = Buffer.alloc(0);
        socket.on("error", reject).on("data", (chunk: Buffer) => {
          got = Buffer.concat([got, chunk]);
          if (protocol.answers(got).length > 0) socket.end();
        });
        socket.on("close", () => (got.length > 0 ? resolve() : reject(new Error("closed without an answer"))));
        socket.write(request);
      });
    const samples = await sampled(world(), async () => {
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          for (let i = 0; i < CONNECTIONS[world().proxy.kind] / SAMPLES / 16; i++)
            await once(requests[i % 4] ?? Buffer.alloc(0));
        }),
      );
    });
    expectLevel(world(), `${CONNECTIONS[world().proxy.kind]} connections`, samples, startedAt);
  });
});
