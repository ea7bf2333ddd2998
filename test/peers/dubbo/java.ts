import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const POM = fileURLToPath(new URL("pom.xml", import.meta.url));
const TARGET = fileURLToPath(new URL("../../../.peers/dubbo", import.meta.url));

/** 127.0.0.1 as Dubbo leaves it alone. */
const ADDRESS = "2130706433";
const ENVIRONMENT = { ...process.env, DUBBO_IP_TO_BIND: ADDRESS, DUBBO_IP_TO_REGISTRY: ADDRESS };
const JVM = [
  ...["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true"],
  ...["-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", `${TARGET}/classes:${TARGET}/lib/*`],
];

/** Why the peers cannot be built here; undefined where they can. */
export function missing(): string | undefined {
  for (const [command, option] of [
    ["java", "-version"],
    ["mvn", "-version"],
  ] as const) {
    try {
      execFileSync(command, [option], { stdio: "ignore" });
    } catch {
      return `there is no ${command} here`;
    }
  }
  return undefined;
}

/** Compiles the peers. Maven is asked to go without the network first: after the first time it can. */
export function build(): void {
  const args = ["-q", "-B", "-f", POM, "process-classes"];
  try {
    execFileSync("mvn", ["-o", ...args], { stdio: "ignore" });
  } catch {
    execFileSync("mvn", args, { stdio: ["ignore", "inherit", "inherit"] });
  }
}

export interface Provider {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a provider and waits until it serves. */
export async function startProvider(name: string, port: number): Promise<Provider> {
  const child = java("Provider", name, `${port}`);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => line === "ready" && resolve());
    let log = "";
    child.stderr.on("data", (text) => {
      log = (log + text).slice(-4_000);
    });
    child.once("exit", (code) => reject(new Error(`the provider ended with ${code}:\n${log}`)));
    child.once("error", reject);
  });
  return {
    port,
    close: async () => {
      child.stdin.end();
      const force = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await ended;
      clearTimeout(force);
    },
  };
}

/** What the consumer says of a scenario. */
export interface Line {
  readonly scenario: string;
  readonly ok: boolean;
  readonly detail?: unknown;
  readonly error?: string;
  readonly ms: number;
  /** What came with the answer. */
  readonly attachments: Readonly<Record<string, string>>;
}

/** Runs scenarios, all but «steady» where none is named, against what listens on these ports of 127.0.0.1. */
export async function consume(
  ports: readonly number[],
  serialization: string,
  ...scenarios: string[]
): Promise<Map<string, Line>> {
  const child = java("Consumer", ports.join(","), serialization, ...scenarios);
  child.stdin.end();
  let log = "";
  child.stderr.on("data", (text) => {
    log = (log + text).slice(-8_000);
  });
  const lines = new Map<string, Line>();
  createInterface(child.stdout).on("line", (text) => {
    if (!text.startsWith("{")) return;
    const line = JSON.parse(text) as Line;
    lines.set(line.scenario, line);
  });
  await new Promise<void>((resolve, reject) => {
    child.once("close", () => resolve());
    child.once("error", reject);
  });
  if (lines.size === 0) throw new Error(`the consumer said nothing:\n${log}`);
  return lines;
}

function java(main: string, ...args: string[]): ChildProcessWithoutNullStreams {
  return spawn("java", [...JVM, `meltemi.peer.${main}`, ...args], { env: ENVIRONMENT });
}
