import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { freePorts, runProgram, until } from "../../processes.js";
import type { Site } from "../../site.js";

/** Where Debian puts the server's programs, the newest version's; undefined where there are none. */
export const programs = ((): string | undefined => {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(base, version, "bin"));
  return folders.find((folder) => ["initdb", "postgres", "pgbench"].every((name) => existsSync(join(folder, name))));
})();

/** A PostgreSQL of its own that trusts everybody on loopback; its port. */
export async function startPostgresql(site: Site): Promise<number> {
  const bin = programs ?? "";
  chmodSync(site.folder, 0o755);
  const data = join(site.folder, "data");
  mkdirSync(data);
  // The server refuses to run as root.
  const identity = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  if (identity.uid !== undefined) execFileSync("chown", [`${identity.uid}:${identity.gid}`, data]);
  const options = { ...identity, cwd: data, stdio: "ignore" } as const;
  const how = ["-A", "trust", "-U", "postgres", "--no-sync", "--no-locale", "-E", "UTF8"];
  execFileSync(join(bin, "initdb"), ["-D", data, ...how], options);
  const [port = 0] = await freePorts(1);
  const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${data}`, "fsync=off"];
  const args = ["-D", data, "-p", `${port}`, ...settings.flatMap((setting) => ["-c", setting])];
  // An interrupt is its fast shutdown, which frees the shared memory.
  site.adopt(spawn(join(bin, "postgres"), args, options), "SIGINT");
  await until("PostgreSQL", async () => {
    // It accepts connections before it answers them.
    const asked = runProgram(join(bin, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", `${port}`, "-t", "1"]);
    return asked.then(() => true).catch(() => false);
  });
  return port;
}

function idOf(which: "-u" | "-g"): number {
  return Number(execFileSync("id", [which, "postgres"], { encoding: "utf8" }));
}
