import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { describeReport } from "../codec-report.js";
import { readModule } from "../modules.js";
import { Unsuccessful } from "../unsuccessful.js";

interface CheckCommand {
  readonly frames: string;
  readonly mutations: number;
  readonly seed: number;
  readonly settings?: string;
  readonly timeout: number;
}

/** `meltemi codec`: what authors of codecs need. */
export function addCodec(command: Command): void {
  command.name("codec").summary("check a codec").description("Commands for authors of codecs.");
  addCheck(command.command("check"));
  addComponent(command.command("component"));
}

/** `meltemi codec check`: finds an author's mistakes before Envoy does. */
function addCheck(command: Command): void {
  command
    .summary("find a codec's mistakes")
    .description(
      "Gives a codec its own frames cut at every point, joined, cut off, changed, and with lengths that lie. What comes " +
        "out must not depend on the cuts, requests must reach the upstream unchanged, and nothing may trap, hang or grow. " +
        "Says the smallest bytes that fail, of a trap file and line where the module has its map (MODULE.map) beside it, and " +
        "the codec's speed. Ends with 1 where something fails.",
    )
    .argument("<module>", "a .wasm file")
    .requiredOption(
      "--frames <folder>",
      "whole frames (.hex, .bin), or for a codec of sessions whole sessions (.session)",
    )
    .option("--mutations <count>", "how many changed frames", whole, 100_000)
    .option("--seed <number>", "the same seed gives the same changes", whole, 1)
    .option("--settings <file>", "JSON: the codec's own settings, as in a plugin's configuration")
    .option("--timeout <seconds>", "how long one case may take", whole, 10)
    .addHelpText("after", "\nExample: meltemi codec check build/wasm/codecs/awesomerpc.wasm --frames samples")
    .action(async (file: string, { frames, mutations, seed, settings, timeout }: CheckCommand) => {
      const { checkWatched, readFrames, readSessions } = await import("../../testing/codec/index.js");
      const sourceMap = await readFile(`${file}.map`, "utf8").catch(() => undefined);
      const report = await checkWatched({
        code: await readModule(file),
        ...(sourceMap !== undefined && { sourceMap }),
        frames: readFrames(frames),
        sessions: readSessions(frames),
        mutations,
        seed,
        patienceMs: timeout * 1000,
        ...(settings !== undefined && { codec: await readSettings(settings) }),
      });
      process.stdout.write(describeReport(report));
      if (report.failures.length > 0) throw new Unsuccessful("the codec has mistakes");
    });
}

/** `meltemi codec component`: the same codec, for tools. */
function addComponent(command: Command): void {
  command
    .summary("make a codec a component")
    .description(
      "Compiles a codec's own entry module into a WebAssembly component with the contract wit/codec.wit: decode, encode, " +
        "error. Needs @bytecodealliance/jco 1.34.0 and assemblyscript installed.",
    )
    .argument("<entry>", "the codec's entry module, from here: assembly/index.ts")
    .requiredOption("-o, --out <file>", "the component to write")
    .option("--path <folder>", "where packages are, beside node_modules")
    .addHelpText("after", "\nExample: meltemi codec component assembly/index.ts --out build/components/mine.wasm")
    .action(async (entry: string, { out, path }: { readonly out: string; readonly path?: string }) => {
      const { buildComponent } = await import("../../testing/component/index.js");
      const { compilerOf } = await import("../../testing/run/index.js");
      const { default: compiler } = await import(pathToFileURL(compilerOf(process.cwd())).href);
      const packages = path === undefined ? {} : { packages: path };
      const component = await buildComponent({ folder: process.cwd(), entry, compiler, ...packages });
      await mkdir(dirname(out), { recursive: true });
      await writeFile(out, component);
    });
}

async function readSettings(file: string): Promise<object> {
  const text = await readFile(file, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: expected JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function whole(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError("Expected a whole number.");
  return value;
}
