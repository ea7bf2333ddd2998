import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Child } from "./child.js";
import { freePort } from "./ports.js";
import { until } from "./until.js";

// Listens with the shortest backlog and then blocks for ever: what fills the backlog is never accepted, and the kernel
// drops every further SYN, as a firewall would.
const LISTENER = `
  const [port] = process.argv.slice(1).map(Number);
  require("node:net").createServer().listen({ port, host: "127.0.0.1", backlog: 1 }, () => {
    process.stdout.write("listening");
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 50);
  });
`;

/** A loopback port on which connecting neither succeeds nor fails. */
export class BlackHole {
  private constructor(
    readonly port: number,
    private readonly child: Child,
    private readonly fillers: readonly Socket[],
  ) {}

  static async open(): Promise<BlackHole> {
    const port = await freePort();
    const child = new Child(process.execPath, ["-e", LISTENER, `${port}`]);
    await until("the black hole to listen", () => child.log.includes("listening"));
    await delay(200);
    const fillers = Array.from({ length: 6 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
    await delay(200);
    if (fillers.every(({ connecting }) => !connecting)) throw new Error("the kernel accepts more than the backlog");
    return new BlackHole(port, child, fillers);
  }

  async close(): Promise<void> {
    for (const socket of this.fillers) socket.destroy();
    await this.child.stop();
  }
}
