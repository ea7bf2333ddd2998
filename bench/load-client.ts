// The load client, a process of its own so that its CPU is not the proxy's: `node load-client.js '{"speaker": …}'` prints
// its figures as one line of JSON.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { measureCpu } from "./cpu.js";
import type { LoadOrder } from "./load.js";
import type { Speak } from "./speaker.js";
import { percentile } from "./statistics.js";

const WARM_UP_MS = 600;

const { speaker, target, load, seconds } = JSON.parse(process.argv[2] ?? "{}") as LoadOrder;
const { speak } = (await import(speaker)) as { speak: Speak };
const state = { answered: 0, stopping: false };
/** How long requests took, in milliseconds. */
const times: number[] = [];

const connections = Promise.all(Array.from({ length: load.connections }, drive));
connections.catch((error: Error) => {
  process.stderr.write(`${speaker}, ${load.bytes} bytes: ${error.message}\n`);
  process.exit(1);
});
await sleep(WARM_UP_MS);
const figures = await measureCpu(target.pid, async () => {
  const before = state.answered;
  times.length = 0;
  await sleep(seconds * 1000);
  return state.answered - before;
});
state.stopping = true;
const p99Ms = percentile(times, 0.99);
await connections;
process.stdout.write(`${JSON.stringify({ ...figures, p99Ms })}\n`);

/** One connection, kept at its depth until the run stops. */
async function drive(): Promise<void> {
  const socket = connect(target.port, "127.0.0.1");
  socket.setNoDelay(true);
  await once(socket, "connect");
  await exchange(socket);
  socket.destroy();
}

function exchange(socket: Socket): Promise<void> {
  const talk = speak(load.bytes, load.keys ?? 1);
  let underWay = load.depth;
  // Of each connection's requests the oldest is taken for the one that was answered: with one under way it is.
  const sentAt: number[] = Array(load.depth).fill(performance.now());
  socket.write(Buffer.concat([talk.opening(), ...Array.from({ length: load.depth }, () => talk.request())]));
  return new Promise((resolve, reject) => {
    socket.on("data", (chunk) => {
      try {
        const answers = talk.answers(chunk);
        state.answered += answers;
        underWay -= answers;
        const now = performance.now();
        for (const sent of sentAt.splice(0, answers)) times.push(now - sent);
      } catch (error) {
        reject(error);
        return;
      }
      if (state.stopping) {
        if (underWay === 0) resolve();
        return;
      }
      const more: Buffer[] = [];
      for (; underWay < load.depth; underWay++) more.push(talk.request());
      const now = performance.now();
      for (let i = 0; i < more.length; i++) sentAt.push(now);
      if (more.length > 0) socket.write(more.length === 1 && more[0] ? more[0] : Buffer.concat(more));
    });
    socket.once("error", reject);
    socket.once("close", () => (state.stopping ? resolve() : reject(new Error("the proxy closed the connection"))));
  });
}
