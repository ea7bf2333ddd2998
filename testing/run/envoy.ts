import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** An Envoy that runs. */
export interface RunningEnvoy {
  close(): Promise<void>;
}

const PATIENCE_MS = 20_000;

/**
 * Starts an Envoy, whose log goes to standard error.
 * @param ready asked until it says so
 * @throws where it ends at once, or is not ready in time
 */
export async function startEnvoy(
  binary: string,
  bootstrap: string,
  ready: () => Promise<boolean>,
): Promise<RunningEnvoy> {
  const args = ["--config-yaml", bootstrap, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning"];
  const child = spawn(binary, [...args, "--component-log-level", "wasm:info"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code) => {
    ended ??= `it ended with ${code}`;
  });
  const close = async () => {
    if (ended !== undefined) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await delay(50)) {
    if (ended !== undefined) throw new Error(`Envoy does not run: ${ended}`);
    if (await ready()) return { close };
  }
  await close();
  throw new Error(`Envoy was not ready within ${PATIENCE_MS / 1000} s`);
}

/** Does something listen on this port of 127.0.0.1? */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Does the Envoy with this admin port have all that it waits for at its start? */
export async function isReady(adminPort: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${adminPort}/ready`)).ok;
  } catch {
    // It does not listen yet.
    return false;
  }
}
