import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { COMMANDS } from "./commands/index.js";
import { Unsuccessful } from "./unsuccessful.js";

const FAILED = 1;
const CALLED_WRONGLY = 2;

/** Runs the command line and resolves with the exit code; whatever goes wrong is said in one line on standard error. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : CALLED_WRONGLY;
    if (error instanceof Unsuccessful) return FAILED;
    process.stderr.write(`meltemi: ${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  }
}

function program(): Command {
  const meltemi = new Command("meltemi")
    .description("Layer-7 traffic management for any protocol, on stock Envoy or on Meltemi's own host proxy.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .exitOverride();
  for (const add of COMMANDS) {
    const command = new Command().copyInheritedSettings(meltemi).helpOption("-h, --help", "print this help");
    add(command);
    meltemi.addCommand(command.showHelpAfterError(`See: meltemi ${command.name()} --help`));
  }
  return meltemi.showHelpAfterError("See: meltemi --help");
}

/** The package's, from the sources or from build/js. */
function version(): string {
  for (const place of ["../package.json", "../../../package.json"]) {
    try {
      return JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8")).version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return "unknown";
}
