import { type Command, InvalidArgumentError, Option } from "commander";
import { MOST_PAYLOAD, type TapEvent, type TapMatch, watchTap } from "../../control/index.js";
import { untilSignal } from "../lifetime.js";
import { addTlsOptions, clientTls, type TlsOptions } from "../options.js";
import { textOf } from "../tap-text.js";

interface TapCommand extends TlsOptions {
  readonly control: string;
  readonly match: readonly TapMatch[];
  readonly limit?: number;
  readonly payload?: number | true;
  readonly mask: readonly string[];
  readonly output: "text" | "json";
}

const USUAL_PAYLOAD = 1024;

/** `meltemi tap`: what is asked of a service, as it happens. */
export function addTap(command: Command): void {
  command
    .name("tap")
    .summary("watch the requests of a service, live")
    .description(
      "Prints the requests of a service as they are answered, from all proxies (Envoy and meltemi host) of a control plane: " +
        "service, operation, attributes, status, time, bytes, backend. Attributes that look like secrets are masked before " +
        "they leave a proxy. No listener changes, no connection is cut; proxies do nothing for it while nobody watches.",
    )
    .argument("<service>", "host:port as meltemi status names it, or a host")
    .option("--control <host:port>", "the control plane", address, "127.0.0.1:18000")
    .option("--match <name=value>", "only with this attribute, operation, status …; value* is a prefix", match, [])
    .option("--limit <number>", "end after so many", count)
    .option(
      `--payload [bytes]`,
      `show the beginnings of raw frames, ${USUAL_PAYLOAD} bytes by default; secrets in them are not masked`,
      payload,
    )
    .option("--mask <word>", "names with this word are secrets too; may be repeated", word, [])
    .addOption(
      new Option("-o, --output <form>", "text for people, json for one object a line")
        .choices(["text", "json"])
        .default("text"),
    );
  command.addHelpText("after", "\nExample: meltemi tap reviews.test --match user=Jason -o json --limit 10");
  addTlsOptions(command).action((service: string, options: TapCommand) => tap(service, options));
}

async function tap(service: string, options: TapCommand): Promise<void> {
  const { control, match, limit = Number.POSITIVE_INFINITY, mask, output } = options;
  const bytes = options.payload === true ? USUAL_PAYLOAD : (options.payload ?? 0);
  let seen = 0;
  await untilSignal(async (own, stop) => {
    const onEvent = (event: TapEvent): void => {
      if ("services" in event) process.stderr.write(`watching ${event.services.join(", ")}\n`);
      if ("dropped" in event) process.stderr.write(`${event.dropped} not shown: more came than could be told\n`);
      if (!("record" in event) || seen >= limit) return;
      seen++;
      process.stdout.write(output === "json" ? `${JSON.stringify(event.record)}\n` : textOf(event.record));
      if (seen >= limit) stop();
    };
    await own(watchTap(control, { service, match, payload: bytes, mask }, onEvent, clientTls(options).tls)).ended;
  });
}

function address(text: string): string {
  if (!/^.+:\d+$/.test(text)) throw new InvalidArgumentError("Expected as host:port.");
  return text;
}

function match(text: string, before: readonly TapMatch[]): readonly TapMatch[] {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Expected as name=value.");
  return [...before, { name, value }];
}

function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value === 0) throw new InvalidArgumentError("Expected a number, at least 1.");
  return value;
}

function payload(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value > 0 && value <= MOST_PAYLOAD) return value;
  throw new InvalidArgumentError(`Expected a number of bytes, 1 to ${MOST_PAYLOAD}.`);
}

function word(text: string, before: readonly string[]): readonly string[] {
  if (text === "") throw new InvalidArgumentError("Expected a word.");
  return [...before, text];
}
