import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { sourceMapBeside } from "../../host/vm/index.js";

/** `meltemi symbolize`: where in the source a module trapped, told from a log. */
export function addSymbolize(command: Command): void {
  command
    .name("symbolize")
    .summary("say where in its source a module trapped, from Envoy's log")
    .description(
      "Copies a log to standard output. Behind each frame of a module's stack, as Envoy and Node write them, it puts file, " +
        "line and column of the source, by the map that `asc --sourceMap` wrote beside the module.",
    )
    .argument("<module>", "the .wasm file that trapped; its map is FILE.map")
    .argument("[log]", "a file; standard input where it is left out")
    .addHelpText("after", "\nExample: meltemi symbolize build/codecs/mine.wasm envoy.log")
    .action(async (module: string, log?: string) => {
      const map = sourceMapBeside(module);
      if (map === undefined) throw new Error(`${module}.map is not there: build the module with asc --sourceMap`);
      process.stdout.write(map.translate(log === undefined ? await text(process.stdin) : await readFile(log, "utf8")));
    });
}
