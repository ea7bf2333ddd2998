import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { type Command, InvalidArgumentError } from "commander";
import { EnvoyLogTrace, LogLevel } from "../../host/vm/index.js";

interface TraceCommand {
  readonly configuration?: string;
  readonly request: Line;
  readonly header: Pair[];
  readonly body?: string;
  readonly response: number;
  readonly responseHeader: Pair[];
  readonly responseBody?: string;
  readonly tcp: string[];
  readonly answer?: string;
  readonly passMs: number;
  readonly envoyLog?: string;
}

type Pair = readonly [string, string];
type Line = { readonly method: string; readonly path: string };

/** `meltemi trace`: the calls between host and module, as they are made. */
export function addTrace(command: Command): void {
  command
    .name("trace")
    .summary("print the calls between host and module")
    .description(
      "Leads one request, or with --tcp one connection, through a module and prints each call into it and, indented, each " +
        "call that it makes meanwhile, with arguments and answers. Time is the command's: it passes as --pass-ms says. With " +
        "--envoy-log, the calls that an Envoy made are read from its log in place of that.",
    )
    .argument("[module]", "a .wasm file")
    .option("--configuration <text>", "the plugin's configuration; @FILE reads a file")
    .option("--request <line>", "method and path", requestLine, { method: "GET", path: "/" })
    .option("--header <name:value>", "of the request; may be repeated", pair, [])
    .option("--body <text>", "of the request")
    .option("--response <status>", "what the upstream answers with", Number, 200)
    .option("--response-header <name:value>", "of the response; may be repeated", pair, [])
    .option("--response-body <text>", "of the response")
    .option("--tcp <text>", "bytes that a client sends (\\n, \\xff are escapes); may be repeated", bytes, [])
    .option("--answer <text>", "with --tcp: bytes that the upstream sends then")
    .option("--pass-ms <milliseconds>", "how much time passes behind each part", Number, 0)
    .option("--envoy-log <file>", "what an Envoy with --component-log-level wasm:trace wrote; - reads standard input")
    .addHelpText("after", '\nExample: meltemi trace build/wasm/http/header-mutation.wasm --header "user: jason"')
    .action((file: string | undefined, options: TraceCommand) => {
      if (options.envoyLog !== undefined && file === undefined) return printEnvoyLog(options.envoyLog);
      if (options.envoyLog === undefined && file !== undefined) return trace(file, options);
      throw new Error("expected a module, or --envoy-log with what an Envoy wrote");
    });
}

/** Each of Envoy's threads has VMs of its own; which one a call is in is told where that changes. */
async function printEnvoyLog(file: string): Promise<void> {
  const input = file === "-" ? process.stdin : createReadStream(file);
  const log = new EnvoyLogTrace();
  let thread: string | undefined;
  let found = false;
  for await (const line of createInterface({ input })) {
    const event = log.read(line);
    if (event === undefined) continue;
    found = true;
    if (event.thread !== thread) process.stdout.write(`${thread === undefined ? "" : "\n"}thread ${event.thread}\n`);
    thread = event.thread;
    process.stdout.write(`${"  ".repeat(event.depth)}${event.text}\n`);
  }
  if (!found) throw new Error(`${file}: no calls of a module; Envoy writes them with --component-log-level wasm:trace`);
}

async function trace(file: string, options: TraceCommand): Promise<void> {
  const { TestHost } = await import("../../testing/index.js");
  const host = new TestHost({ trace: (line) => process.stdout.write(`${line}\n`) });
  const { configuration } = options;
  const module = await host.load(file, {
    ...(configuration !== undefined && { configuration: await textOf(configuration) }),
  });
  let told = 0;
  const part = (title: string, run: () => void) => {
    process.stdout.write(`\n${title}\n`);
    run();
    host.pass(options.passMs);
    // The host's own words about a trap: the stack, by source where the module has its map beside it.
    const deaths = host.logs.messages(LogLevel.Critical);
    for (const death of deaths.slice(told)) process.stdout.write(`${death}\n`);
    told = deaths.length;
  };
  if (options.tcp.length > 0) {
    const connection = module.connection();
    for (const sent of options.tcp) part("the client sends", () => connection.fromClient(unescaped(sent)));
    const { answer } = options;
    if (answer !== undefined) part("the upstream sends", () => connection.fromUpstream(unescaped(answer)));
    part("the connection ends", () => connection.end());
    process.stdout.write(`\n${connection}\n`);
    return;
  }
  const exchange = module.http();
  const { method, path } = options.request;
  const headers: Pair[] = [[":method", method], [":path", path], ...options.header];
  part("the request", () => exchange.request(headers, bodyOf(options.body)));
  if (exchange.upstream.arrived) {
    const answer: Pair[] = [[":status", String(options.response)], ...options.responseHeader];
    part("the response", () => exchange.respond(answer, bodyOf(options.responseBody)));
  }
  part("the stream ends", () => exchange.end());
  process.stdout.write(`\n${exchange}\n`);
}

function bodyOf(body: string | undefined): { readonly body?: string } {
  return body === undefined ? {} : { body };
}

async function textOf(configuration: string): Promise<string> {
  return configuration.startsWith("@") ? readFile(configuration.slice(1), "utf8") : configuration;
}

function requestLine(text: string): Line {
  const [, method, path] = /^([A-Z]+) (\S+)$/.exec(text) ?? [];
  if (method === undefined || path === undefined) throw new InvalidArgumentError('Expected as "GET /path".');
  return { method, path };
}

function pair(text: string, before: readonly Pair[]): readonly Pair[] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Expected as "name: value".');
  return [...before, [name, value]];
}

function bytes(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "0": "\0", "\\": "\\" };

/** Bytes as a command line can have them. */
function unescaped(text: string): Uint8Array {
  const parts = Buffer.from(text, "utf8").toString("latin1");
  const raw = parts.replace(/\\(?:x([0-9a-fA-F]{2})|([nrt0\\]))/g, (_match, hex?: string, letter = "") =>
    hex === undefined ? (ESCAPES[letter] ?? "") : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(raw, "latin1");
}
