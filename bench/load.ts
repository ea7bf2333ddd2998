// The load client, a process of its own so that its CPU is not the proxy's: `node load.js '{"path": …, "load": …}'`
// prints one JSON line with what it measured.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchPath, Load } from "./path.js";
import { speaker } from "./speaker.js";

const CLOCK_TICKS_PER_SECOND = 100;

const { path, load } = JSON.parse(process.argv[2] ?? "{}") as { path: BenchPath; load: Load };
const WARM_UP_MS = 700;
const state = { answered: 0, stopping: false };

const connections = Promise.all(Array.from({ length: load.connections }, drive));
connections.catch((error: Error) => {
  process.stderr.write(`${path.name}: ${error.message}\n`);
  process.exit(1);
});
await sleep(WARM_UP_MS);
const before = sample();
await sleep(load.seconds * 1000);
const after = sample();
state.stopping = true;
await connections;
const answered = after.answered - before.answered;
process.stdout.write(
  `${JSON.stringify({
    path: path.name,
    protocol: path.protocol,
    ...load,
    seconds: undefined,
    cpuPerRequestUs: Math.round(((after.cpu - before.cpu) * 1e7) / answered) / 10,
    requestsPerSecond: Math.round(answered / ((after.time - before.time) / 1000)),
  })}\n`,
);

/** Where the counters stand now. */
function sample(): { answered: number; cpu: number; time: number } {
  return { answered: state.answered, cpu: cpuSeconds(path.pid), time: performance.now() };
}

/** One connection, kept at its depth until the run stops. */
async function drive(): Promise<void> {
  const socket = connect(path.port, "127.0.0.1");
  socket.setNoDelay(true);
  await once(socket, "connect");
  await exchange(socket);
  socket.destroy();
}

function exchange(socket: Socket): Promise<void> {
  const talk = speaker(path.protocol, load.bytes);
  let underWay = load.depth;
  socket.write(Buffer.concat([talk.opening(), ...Array.from({ length: load.depth }, () => talk.request())]));
  return new Promise((resolve, reject) => {
    socket.on("data", (chunk) => {
      try {
        const answers = talk.answers(chunk);
        state.answered += answers;
        underWay -= answers;
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
      if (more.length > 0) socket.write(more.length === 1 && more[0] ? more[0] : Buffer.concat(more));
    });
    socket.once("error", reject);
    socket.once("close", () => (state.stopping ? resolve() : reject(new Error("the proxy closed the connection"))));
  });
}

/** Seconds of CPU that a process has used, user and system. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}
