import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Endpoint } from "../../control/index.js";
import { PASSWORD, query } from "./query.js";

const USERS = ["jason", "ann"];
const READY_WITHIN = 20_000;

/** Where Debian and others put the server's programs; undefined where there are none. */
export function programs(): string | undefined {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(base, version, "bin")), "/usr/local/pgsql/bin"];
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}

/** A PostgreSQL with SCRAM passwords and an empty data folder; `show cluster_name` says what it is called. */
export async function startServer(endpoint: Endpoint, name: string): Promise<{ close(): Promise<void> }> {
  const bin = programs() ?? "";
  const folder = mkdtempSync(join(tmpdir(), "meltemi-postgresql-"));
  chmodSync(folder, 0o777);
  const secret = join(folder, "password");
  writeFileSync(secret, PASSWORD);
  const data = join(folder, "data");
  const how = ["-A", "scram-sha-256", "-U", "postgres", `--pwfile=${secret}`, "--no-sync", "--no-locale"];
  execFileSync(join(bin, "initdb"), ["-D", data, ...how], { stdio: "pipe", ...owner() });
  const settings = [
    ...[`listen_addresses=${endpoint.address}`, `port=${endpoint.port}`, `cluster_name=${name}`],
    ...[`unix_socket_directories=${folder}`, "fsync=off"],
  ];
  const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
  const child = spawn(join(bin, "postgres"), args, { stdio: ["ignore", "ignore", "pipe"], ...owner() });
  const orphaned = () => child.kill("SIGQUIT");
  process.once("exit", orphaned);
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4000);
  });
  const close = async (): Promise<void> => {
    process.off("exit", orphaned);
    await stop(child);
    rmSync(folder, { recursive: true, force: true });
  };
  for (const end = Date.now() + READY_WITHIN; Date.now() < end && child.exitCode === null; await delay(100)) {
    if (await isReady(endpoint)) return { close };
  }
  await close();
  throw new Error(`${name} did not become ready:\n${log}`);
}

/** Creates the demo's users, which a server does once it is ready. */
async function isReady({ address, port }: Endpoint): Promise<boolean> {
  const as = { host: address, port, user: "postgres", database: "postgres", application_name: "demo" };
  try {
    await query(as, USERS.map((user) => `create user ${user} password '${PASSWORD}'`).join("; "));
    return true;
  } catch {
    return false;
  }
}

/** The server refuses to run as root. */
function owner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (what: string) => Number(execFileSync("id", [what, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  // A fast shutdown: whoever is connected is cut off.
  child.kill("SIGINT");
  await gone;
}
