import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { bootstrap, type Model } from "../../control/index.js";
import { startHost } from "../../host/index.js";

export interface RunningProxy {
  readonly adminPort: number;
  close(): Promise<void>;
}

const READY_WITHIN = 20_000;

/** Meltemi's own host in this process, or a real Envoy beside it; both are told everything by the control plane. */
export async function startProxy(
  envoy: string | undefined,
  controlPort: number,
  nodeId: string,
): Promise<RunningProxy> {
  if (envoy !== undefined) return startEnvoy(envoy, controlPort, nodeId);
  const host = await startHost({ bootstrap: bootstrap({ controlPort, adminPort: 0, nodeId }) });
  await host.ready();
  return host;
}

async function startEnvoy(binary: string, controlPort: number, nodeId: string): Promise<RunningProxy> {
  const adminPort = await freePort();
  const config = bootstrap({ controlPort, adminPort, nodeId });
  const args = ["--config-yaml", config, "--concurrency", "1", "--log-level", "error", "--disable-hot-restart"];
  const child = spawn(binary, args, { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4000);
  });
  const orphaned = () => child.kill("SIGKILL");
  process.once("exit", orphaned);
  const proxy: RunningProxy = {
    adminPort,
    close: async () => {
      process.off("exit", orphaned);
      await stop(child);
    },
  };
  const ready = async () => (await fetch(`http://127.0.0.1:${adminPort}/ready`).catch(() => undefined))?.ok === true;
  if (await within(READY_WITHIN, async () => child.exitCode !== null || (await ready()))) {
    if (child.exitCode === null) return proxy;
  }
  await proxy.close();
  throw new Error(`Envoy did not become ready:\n${log}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

/** Waits until every service can be connected to. */
export async function untilServed({ services }: Model): Promise<void> {
  for (const { host, bind } of services) {
    const accepts = () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(bind.port, bind.address);
        socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
        socket.once("connect", () => socket.destroy());
      });
    if (await within(READY_WITHIN, accepts)) continue;
    throw new Error(`the proxy does not listen for ${host} on ${bind.address}:${bind.port}; is the port taken?`);
  }
}

async function within(milliseconds: number, test: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + milliseconds; Date.now() < end; await delay(50)) if (await test()) return true;
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}
