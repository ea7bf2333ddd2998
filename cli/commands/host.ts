import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { untilSignal } from "../lifetime.js";
import { type LogOptions, newLogger } from "../logger.js";
import { addIsolationOptions, addLogOptions, locality } from "../options.js";

interface HostCommand extends LogOptions {
  readonly bootstrap: string;
  readonly watchdog: number;
  readonly vmMemory: number;
  readonly locality?: string;
}

/** `meltemi host`: the host proxy alone. */
export function addHost(command: Command): void {
  command
    .name("host")
    .summary("run the host proxy")
    .description("Runs Meltemi's own proxy, which takes the same bootstrap and the same xDS as Envoy.")
    .requiredOption("--bootstrap <file>", "bootstrap in YAML, as meltemi bootstrap prints it")
    .option("--locality <region/zone/subzone>", "where the proxy is, in place of what the bootstrap says", locality);
  addIsolationOptions(command);
  addLogOptions(command).action((options: HostCommand) =>
    untilSignal(async (own) => {
      const bootstrap = await read(options.bootstrap);
      const { startWatchedHost } = await import("../../host/index.js");
      const patienceMs = options.watchdog * 1000;
      const vmMemoryBytes = options.vmMemory * 2 ** 20;
      const host = own(
        await startWatchedHost({
          bootstrap,
          logger: newLogger(options),
          patienceMs,
          vmMemoryBytes,
          ...(options.locality !== undefined && { locality: options.locality }),
        }),
      );
      process.stdout.write(`admin on http://127.0.0.1:${host.adminPort}\n`);
      await host.ready();
      process.stdout.write("ready\n");
    }),
  );
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`cannot read the bootstrap: ${error instanceof Error ? error.message : String(error)}`);
  }
}
