import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CodecComponent, Sender } from "../../testing/component/index.js";
import { readModule } from "../modules.js";
import { port } from "../options.js";
import { Unsuccessful } from "../unsuccessful.js";

interface DecodeCommand {
  readonly from: Sender;
  readonly hex?: Buffer;
  readonly port?: number;
  readonly settings?: string;
}

/** `meltemi decode`: what a protocol's bytes say. */
export function addDecode(command: Command): void {
  command
    .name("decode")
    .summary("say what a protocol's bytes say")
    .description(
      "Reads frames through a codec that was made a component (meltemi codec component), and prints each as a line of JSON: " +
        "those of some bytes, one behind the other, or those of a recorded file's TCP connections (pcap, pcapng), with time, " +
        "connection and sender. Ends with 1 where bytes are left that are no whole frame, or are missing from the file.",
    )
    .argument("<component>", "a codec's component")
    .argument("[file]", "with the bytes, or recorded; standard input by default")
    .addOption(new Option("--from <peer>", "who sent the bytes").choices(["client", "server"]).default("client"))
    .option("--hex <digits>", "the bytes themselves", hexBytes)
    .option("--port <number>", "of a recorded file, connections to this port only", port)
    .option("--settings <json>", "the codec's own settings, as in a plugin's configuration")
    .addHelpText("after", "\nExample: meltemi decode build/components/mine.wasm --hex 0000000aa7030000000000000001")
    .action(async (component: string, file: string | undefined, { from, hex, port, settings }: DecodeCommand) => {
      const { decodeAll, loadComponent } = await import("../../testing/component/index.js");
      const { isCapture } = await import("../../testing/capture/index.js");
      const codec = await loadComponent(await readModule(component)).catch((error: unknown) => {
        throw new Error(`${component}: ${error instanceof Error ? error.message : String(error)}`);
      });
      if (settings !== undefined) configure(codec, settings);
      const bytes = hex ?? (await (file === undefined ? buffer(process.stdin) : readFile(file)));
      if (hex === undefined && isCapture(bytes)) return printCapture(codec, bytes, port);
      for (const decoded of decodeAll(codec, from, bytes)) {
        print(decoded);
        if ("refused" in decoded) throw new Unsuccessful(`${decoded.bytes} bytes are left: ${decoded.refused}`);
      }
    });
}

async function printCapture(codec: CodecComponent, file: Buffer, port: number | undefined): Promise<void> {
  const { decodeCapture } = await import("../../testing/component/index.js");
  const frames = decodeCapture(codec, file, port);
  let refused = 0;
  let next = frames.next();
  for (; !next.done; next = frames.next()) {
    print(next.value);
    if ("refused" in next.value) refused++;
  }
  const { leftOut, cutOff } = next.value;
  for (const [why, count] of leftOut) process.stderr.write(`meltemi: ${count} packets left out: ${why}\n`);
  if (cutOff !== undefined) throw new Error(cutOff);
  if (refused > 0) throw new Unsuccessful(`${refused} directions were not read to their end`);
}

function print(line: object): void {
  const text = JSON.stringify(line, (_key, value) => (typeof value === "bigint" ? `${value}` : value));
  process.stdout.write(`${text}\n`);
}

function configure(codec: CodecComponent, settings: string): void {
  try {
    codec.configure(settings);
  } catch (error) {
    if (!(error instanceof Error) || !("payload" in error)) throw error;
    throw new Error(`--settings: ${error.payload}`);
  }
}

function hexBytes(text: string): Buffer {
  const digits = text.replace(/\s/g, "");
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) throw new InvalidArgumentError("Expected pairs of hexadecimal digits.");
  return Buffer.from(digits, "hex");
}
