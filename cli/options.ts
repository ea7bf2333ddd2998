import { type Command, InvalidArgumentError, Option } from "commander";
import type { BootstrapOptions, BootstrapTls } from "../control/index.js";
import { FORMATS, LEVELS, type LogOptions } from "./logger.js";

/** A port number; 0 takes a free one. */
export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65535) throw new InvalidArgumentError("Expected a port, 0 to 65535.");
  return value;
}

/** The options of every command that runs on. */
export function addLogOptions(command: Command): Command {
  return command
    .addOption(new Option("--log-level <level>", "least severe level to log").choices(LEVELS).default("info"))
    .addOption(
      new Option("--log-format <format>", "text for people, json for machines (default: text on a terminal)").choices(
        FORMATS,
      ),
    );
}

/** The options of every command that runs the host's data plane: what a module can do to it. */
export function addIsolationOptions(command: Command): Command {
  const watchdog = "replace the data plane when a module holds it up for so long; 0 never";
  const memory = "what the memory of each Wasm VM may grow to";
  return command
    .addOption(new Option("--watchdog <seconds>", watchdog).argParser(seconds).default(5))
    .addOption(new Option("--vm-memory <MiB>", memory).argParser(mebibytes).default(512));
}

function mebibytes(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 4096) throw new InvalidArgumentError("Expected MiB, 1 to 4096.");
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > 3600) throw new InvalidArgumentError("Expected seconds, 0 to 3600.");
  return value;
}

/** The options of every command that follows rules. */
export function addRuleOptions(command: Command): Command {
  return command
    .option("--modules <folder>", "folder with codecs/*.wasm and http/*.wasm, beside or in place of this package's")
    .option("--bind <ip>", "where proxies listen for services without an address of their own", "127.0.0.1");
}

/** What {@link addRuleOptions} and {@link addLogOptions} parse to. */
export interface RuleOptions extends LogOptions {
  readonly modules?: string;
  readonly bind: string;
}

/** The options of every command that a proxy's bootstrap comes from: where the proxy is, and beside what. */
export function addStandpointOptions(command: Command): Command {
  return command
    .option("--locality <region/zone/subzone>", "where the proxy is, for rules that prefer near endpoints", locality)
    .option("--workload <name>", "what runs beside the proxy, for metrics (source_workload)")
    .option(
      "--label <name=value>",
      "a label of that, for such rules; metrics give app and version; may be repeated",
      label,
    );
}

/** What {@link addStandpointOptions} parses to. */
export interface StandpointOptions {
  readonly locality?: string | undefined;
  readonly workload?: string | undefined;
  readonly label?: Readonly<Record<string, string>> | undefined;
}

/** As a bootstrap takes them. */
export function standpoint(options: StandpointOptions): Pick<BootstrapOptions, "locality" | "workload" | "labels"> {
  const { locality, workload, label } = options;
  return {
    ...(locality !== undefined && { locality }),
    ...(workload !== undefined && { workload }),
    ...(label && { labels: label }),
  };
}

/** `region`, `region/zone` or `region/zone/subzone`. */
export function locality(text: string): string {
  if (!/^[^/*]+(\/[^/*]+){0,2}$/.test(text))
    throw new InvalidArgumentError("Expected REGION, REGION/ZONE or REGION/ZONE/SUBZONE.");
  return text;
}

function label(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Expected NAME=VALUE.");
  return { ...before, [name]: value };
}

/** The options of every command that says how a control plane is spoken to by TLS. */
export function addTlsOptions(command: Command): Command {
  return command
    .option("--tls-ca <file>", "speak TLS to the control plane, and trust these authorities (PEM)")
    .option("--tls-cert <file>", "certificate to show it, with --tls-key (PEM)")
    .option("--tls-key <file>", "the certificate's key (PEM)")
    .option("--sni <name>", "what the control plane is called in its certificate (default: its name or address)");
}

/** What {@link addTlsOptions} parses to. */
export interface TlsOptions {
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly sni?: string | undefined;
}

/** As a bootstrap takes them. @throws Error for options that make no TLS */
export function clientTls({ tlsCa, tlsCert, tlsKey, sni }: TlsOptions): { tls?: BootstrapTls } {
  if (tlsCa === undefined) {
    if ((tlsCert ?? tlsKey ?? sni) === undefined) return {};
    throw new Error(
      "--tls-cert, --tls-key and --sni need --tls-ca, the authorities that the control plane is known by",
    );
  }
  const identity = pair(tlsCert, tlsKey);
  return { tls: { authorities: tlsCa, ...(identity && { identity }), ...(sni !== undefined && { sni }) } };
}

/** @throws Error where one is there without the other */
export function pair(
  certificate: string | undefined,
  key: string | undefined,
): { readonly certificate: string; readonly key: string } | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) throw new Error("--tls-cert and --tls-key need each other");
  return { certificate, key };
}
