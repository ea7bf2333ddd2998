import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";

const POM = "examples/dubbo/pom.xml";
const TARGET = "build/examples/dubbo";
/** 127.0.0.1 as Dubbo leaves it alone. */
export const ADDRESS = "2130706433";

/** Builds provider and consumer; why that cannot be done here. */
export function missing(): string | undefined {
  for (const command of ["java", "mvn"]) {
    try {
      execFileSync(command, ["-version"], { stdio: "ignore" });
    } catch {
      return `there is no ${command} here`;
    }
  }
  const args = ["-q", "-B", "-f", POM, "process-classes"];
  try {
    // Without the network first: after the first time that is enough.
    execFileSync("mvn", ["-o", ...args], { stdio: "ignore" });
    return undefined;
  } catch {
    try {
      execFileSync("mvn", args, { stdio: "ignore" });
      return undefined;
    } catch {
      return "Maven cannot build it (its packages are not to be had, or Java is older than 17)";
    }
  }
}

/** A running program of the example. */
export interface Program {
  /** Writes a line, and resolves to the line that answers it. */
  ask(line: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts a program and waits until it is ready. */
export async function start(name: "Provider" | "Consumer", ...args: string[]): Promise<Program> {
  const jvm = ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true"];
  const quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error";
  const child = spawn("java", [...jvm, quiet, "-cp", `${TARGET}/classes:${TARGET}/lib/*`, `shop.${name}`, ...args], {
    env: { ...process.env, DUBBO_IP_TO_BIND: ADDRESS, DUBBO_IP_TO_REGISTRY: ADDRESS },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const waiting: ((line: string | undefined) => void)[] = [];
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4000);
  });
  child.stdin.on("error", () => undefined);
  createInterface(child.stdout).on("line", (line) => waiting.shift()?.(line));
  void ended.then(() => {
    for (const settle of waiting.splice(0)) settle(undefined);
  });
  const next = () =>
    new Promise<string>((resolve, reject) => {
      waiting.push((line) => (line === undefined ? reject(new Error(`${name} has ended:\n${log}`)) : resolve(line)));
    });
  await next();
  return {
    ask: (line) => {
      const answer = next();
      child.stdin.write(`${line}\n`);
      return answer;
    },
    close: async () => {
      child.stdin.end();
      const force = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(force);
    },
  };
}
