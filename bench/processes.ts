import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const call = promisify(execFile);

/** Starts a script and gives its first line of output; the process is ended by the caller. */
export async function startScript(script: URL, ...args: string[]): Promise<{ process: ChildProcess; line: string }> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`${script.href} ended with code ${code}`))),
  ])) as [string];
  return { process: child, line };
}

/** Runs a script to its end; what it printed. */
export async function runScript(script: URL, ...args: string[]): Promise<string> {
  return runProgram(process.execPath, [fileURLToPath(script), ...args]);
}

/** Runs a program to its end; what it printed. */
export async function runProgram(command: string, args: readonly string[], options: object = {}): Promise<string> {
  return (await call(command, args, { maxBuffer: 1 << 24, ...options })).stdout.toString();
}

/** Whether there is such a program on PATH. */
export function hasProgram(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
}

/** Starts a proxy and waits for its admin interface to say that it is ready. */
export async function startProxy(command: string, args: string[], adminPort: number): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr?.on("data", (chunk) => {
    log = (log + chunk).slice(-4000);
  });
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) break;
    if (await ready(adminPort)) return child;
    await sleep(100);
  }
  child.kill();
  throw new Error(`${command} did not become ready:\n${log}`);
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
}

/** Waits until something accepts connections on a port of loopback. */
export async function accepting(port: number): Promise<void> {
  await until(`port ${port}`, async () => {
    const socket = connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    return open;
  });
}

/** Asks every 100 ms, for half a minute. */
export async function until(what: string, ready: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await ready()) return;
    await sleep(100);
  }
  throw new Error(`${what} did not become ready`);
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}

async function ready(adminPort: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${adminPort}/ready`)).ok;
  } catch {
    return false;
  }
}
