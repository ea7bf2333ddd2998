import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Child, freePort, until } from "../../support/index.js";
import { redisPrograms } from "./programs.js";

/** A redis-server of its own, without persistence. */
export class RedisServer {
  private constructor(
    readonly port: number,
    /** A connection past the proxy. */
    readonly direct: Redis,
    private readonly folder: string,
    private readonly child: Child,
  ) {}

  static async start(password?: string): Promise<RedisServer> {
    const programs = redisPrograms();
    if ("missing" in programs) throw new Error(programs.missing);
    const folder = mkdtempSync(join(tmpdir(), "meltemi-redis-"));
    const port = await freePort();
    const settings = ["--bind", "127.0.0.1", "--port", `${port}`, "--dir", folder, "--save", "", "--appendonly", "no"];
    const child = new Child(programs.server, [...settings, ...(password ? ["--requirepass", password] : [])]);
    const direct = new Redis({ port, host: "127.0.0.1", lazyConnect: true, ...(password && { password }) });
    direct.on("error", () => undefined);
    await until("redis-server to be ready", async () => {
      if (child.gone) throw new Error(`redis-server ${child.gone}:\n${child.log}`);
      return (await direct.ping().catch(() => "")) === "PONG";
    });
    return new RedisServer(port, direct, folder, child);
  }

  async close(): Promise<void> {
    this.direct.disconnect();
    await this.child.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
