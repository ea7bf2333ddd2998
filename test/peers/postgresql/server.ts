import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child, freePort, until } from "../../support/index.js";

/** Where Debian and others put the server's programs; undefined where there are none. */
export const programs = ((): string | undefined => {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(base, version, "bin")), "/usr/local/pgsql/bin"];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
})();

export const PASSWORD = "olive";

/** The server refuses to run as root. */
const asPostgres = process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--"] : [];

/** A PostgreSQL of its own with SCRAM passwords and an empty data folder. */
export class PostgreSql {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly child: Child,
  ) {}

  /** @param tls whether it speaks TLS where it is asked to, with a certificate that it signed itself */
  static async start({ tls = false } = {}): Promise<PostgreSql> {
    const folder = mkdtempSync(join(tmpdir(), "meltemi-postgresql-"));
    chmodSync(folder, 0o777);
    const secret = join(folder, "password");
    writeFileSync(secret, PASSWORD, { mode: 0o644 });
    const data = join(folder, "data");
    const how = [
      "-A",
      "scram-sha-256",
      "-U",
      "postgres",
      `--pwfile=${secret}`,
      "--no-sync",
      "--no-locale",
      "-E",
      "UTF8",
    ];
    run(["initdb", "-D", data, ...how]);
    if (tls) certify(data);
    const port = await freePort();
    const settings = [
      ...(tls ? ["ssl=on"] : []),
      "listen_addresses=127.0.0.1",
      `unix_socket_directories=${folder}`,
      "fsync=off",
      "max_connections=60",
    ];
    const [command = "", ...args] = [
      ...asPostgres,
      join(programs ?? "", "postgres"),
      ...["-D", data, "-p", `${port}`],
      ...settings.flatMap((setting) => ["-c", setting]),
    ];
    const child = new Child(command, args);
    const server = new PostgreSql(port, folder, child);
    await until("PostgreSQL to be ready", () => server.isReady());
    return server;
  }

  async close(): Promise<void> {
    await this.child.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private isReady(): Promise<boolean> {
    if (this.child.gone !== undefined) throw new Error(`postgres ${this.child.gone}:\n${this.child.log}`);
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1", () => {
        // A startup message of an unknown protocol: a server that is up says what it thinks of it.
        socket.write(Buffer.from([0, 0, 0, 8, 0, 9, 0, 0]));
        socket.once("data", () => {
          socket.destroy();
          resolve(true);
        });
      });
      socket.once("error", () => resolve(false));
      socket.once("close", () => resolve(false));
    });
  }
}

/** Writes `server.crt` and `server.key`, where the server looks for them. */
function certify(data: string): void {
  const files = ["-keyout", join(data, "server.key"), "-out", join(data, "server.crt")];
  const how = ["-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"];
  const [command = "", ...args] = [...asPostgres, "openssl", "req", "-x509", ...how, ...files];
  execFileSync(command, args, { stdio: "pipe" });
}

function run([program = "", ...args]: string[]): void {
  const [command = "", ...rest] = [...asPostgres, join(programs ?? "", program), ...args];
  execFileSync(command, rest, { stdio: "pipe" });
}
