import { relative, resolve } from "node:path";
import { type Command, Option } from "commander";

/** `meltemi new`: the beginning of a filter or a codec. */
export function addNew(command: Command): void {
  command.name("new").summary("begin a filter or a codec").description("Writes a folder that builds, tests and runs.");
  addKind(command.command("filter"), "filter", "an HTTP filter");
  addKind(command.command("codec"), "codec", "a codec, with the example's protocol to put your own in the place of");
}

function addKind(command: Command, kind: "filter" | "codec", what: string): void {
  command
    .summary(`begin ${what}`)
    .description(`Writes the folder of ${what}: source, tests, build, lint, and what it is run with.`)
    .argument("<folder>", "a new folder; its last part is the name")
    .addOption(new Option("--meltemi <spec>", "what its package.json says of meltemi").hideHelp())
    .action(async (folder: string, options: { readonly meltemi?: string }) => {
      const { scaffold } = await import("../../testing/scaffold/index.js");
      const files = await scaffold({ kind, folder: resolve(folder), ...options });
      const shown = relative("", resolve(folder));
      process.stdout.write(`${files.map((file) => `  ${shown}/${file}\n`).join("")}\n`);
      process.stdout.write(`next: cd ${shown} && npm install && npm test && npm start\n`);
    });
}
