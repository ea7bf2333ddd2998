import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import { untilSignal } from "../lifetime.js";
import { type LogOptions, newLogger } from "../logger.js";
import { addLogOptions, port } from "../options.js";

interface RunCommand extends LogOptions {
  readonly port: number;
  readonly upstream?: { readonly host: string; readonly port: number };
  readonly configuration: string;
  readonly tcp: boolean;
  readonly trace: boolean;
  readonly watch: boolean;
  readonly source?: string;
  readonly envoy?: string;
}

/** `meltemi run`: one module, served at once. */
export function addRun(command: Command): void {
  command
    .name("run")
    .summary("serve a module in front of an upstream, or an echo")
    .description(
      "Serves one module as an HTTP filter (or with --tcp a network filter), on the host or on an Envoy. Without an " +
        "upstream an echo answers with what reached it. With --watch a new version of the file is taken at once; no " +
        "connection is cut. Codecs have rules: meltemi up.",
    )
    .argument("<module>", "a .wasm file")
    .option("--port <port>", "where it listens, on 127.0.0.1; 0 for a free one (not with --envoy)", port, 8080)
    .option("--upstream <host:port>", "where requests go (default: an echo)", address)
    .option("--configuration <text>", "the plugin's configuration; @FILE reads a file", "")
    .option("--tcp", "as a network filter", false)
    .option("--trace", "print the calls between host and module", false)
    .option("--watch", "take new versions of the file", false)
    .option("--source <folder>", "build it from there (asconfig.json, assembly/index.ts), again at each change")
    .option("--envoy <binary>", "on this Envoy in the place of the host");
  command.addHelpText("after", "\nExample: meltemi run build/hello.wasm --watch, then curl http://127.0.0.1:8080/");
  addLogOptions(command).action((module: string, { tcp, trace, configuration, ...options }: RunCommand) =>
    untilSignal(async (own) => {
      const { runModule } = await import("../../testing/run/index.js");
      const running = own(
        await runModule({
          ...options,
          module,
          kind: tcp ? "tcp" : "http",
          configuration: configuration.startsWith("@") ? await readFile(configuration.slice(1), "utf8") : configuration,
          logger: newLogger(options),
          ...(trace && { trace: ({ depth, text }) => process.stdout.write(`${"  ".repeat(depth)}${text}\n`) }),
        }),
      );
      const { upstream } = running;
      const behind = options.upstream === undefined ? "an echo" : `${upstream.host}:${upstream.port}`;
      process.stdout.write(`${tcp ? "tcp" : "http"}://127.0.0.1:${running.port}, in front of ${behind}\nready\n`);
    }),
  );
}

function address(text: string): { readonly host: string; readonly port: number } {
  const [, host, number] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(text) ?? [];
  if (host === undefined || number === undefined) throw new InvalidArgumentError("Expected as host:port.");
  return { host, port: port(number) };
}
