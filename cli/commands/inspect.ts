import { type Command, Option } from "commander";
import { inspectModule, sourceMapBeside } from "../../host/vm/index.js";
import { describeInspection } from "../inspection.js";
import { readModule } from "../modules.js";
import { Unsuccessful } from "../unsuccessful.js";

/** `meltemi inspect`: what a module is, and what would stop it from loading. */
export function addInspect(command: Command): void {
  command
    .name("inspect")
    .summary("say what a module is, and what would stop it from loading")
    .description(
      "Reads a proxy-wasm module: ABI, imports, exports, memory, names, and everything for which Envoy would refuse it. " +
        "Where nothing speaks against it, it is instantiated and initialised too; of a trap there, file and line where the " +
        "module has its map (MODULE.map) beside it. Ends with 1 where it would not load.",
    )
    .argument("<module>", "a .wasm file")
    .addOption(new Option("-o, --output <form>", "text or json").choices(["text", "json"]).default("text"))
    .action(async (file: string, { output }: { readonly output: "text" | "json" }) => {
      const inspection = await inspectModule(await readModule(file), sourceMapBeside(file));
      const text = output === "json" ? `${JSON.stringify(inspection, undefined, 2)}\n` : describeInspection(inspection);
      process.stdout.write(text);
      if (inspection.problems.length > 0) throw new Unsuccessful("the module would not load");
    });
}
