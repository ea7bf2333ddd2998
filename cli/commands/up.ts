import { resolve } from "node:path";
import type { Command } from "commander";
import type { Logger } from "pino";
import { bootstrap, startControl } from "../../control/index.js";
import { type Closable, untilSignal } from "../lifetime.js";
import { newLogger } from "../logger.js";
import {
  addIsolationOptions,
  addLogOptions,
  addRuleOptions,
  addStandpointOptions,
  port,
  type RuleOptions,
  type StandpointOptions,
  standpoint,
} from "../options.js";
import { describeServices } from "../services.js";

interface UpCommand extends RuleOptions, StandpointOptions {
  readonly port: number;
  readonly adminPort: number;
  readonly watchdog: number;
  readonly vmMemory: number;
  readonly source?: string;
  readonly envoy?: string;
}

/** `meltemi up`: everything in one process. */
export function addUp(command: Command): void {
  command
    .name("up")
    .summary("run control plane and host proxy together")
    .description(
      "Runs a control plane and a host proxy on one folder of rules (MetaRouter, ApplicationProtocol, ServiceEntry, " +
        "DestinationRule). Edit the rules and the traffic changes at once; no connection is cut. A codec's author has it built " +
        "and taken at each change of its source: new connections have the new one.",
    )
    .argument("<rules>", "folder of YAML files")
    .option(
      "--port <port>",
      "port of the control plane, to which Envoys may connect too; 0 for a free one",
      port,
      18000,
    )
    .option(
      "--admin-port <port>",
      "port of the proxy's admin interface, 0 for a free one (not with --envoy)",
      port,
      19000,
    )
    .option(
      "--source <folder>",
      "build a codec from there (package.json, asconfig.json, assembly/index.ts) into --modules",
    )
    .option("--envoy <binary>", "on this Envoy in the place of the host");
  command.addHelpText("after", "\nExample: meltemi up examples/bookinfo/rules --port 18000");
  addStandpointOptions(addIsolationOptions(command));
  addLogOptions(addRuleOptions(command)).action((rules: string, options: UpCommand) => {
    const { port: controlPort, adminPort, modules, bind, source } = options;
    return untilSignal(async (own) => {
      const logger = newLogger(options);
      if (source !== undefined) own(await followCodec(source, modules, logger));
      const control = own(
        await startControl({
          rules,
          port: controlPort,
          bind,
          logger,
          ...(modules === undefined ? {} : { modules }),
          onModel: (model) => process.stdout.write(`in force:\n${describeServices(model)}`),
        }),
      );
      process.stdout.write(`xDS on 127.0.0.1:${control.port}, rules in ${resolve(rules)}\n`);
      const yaml = bootstrap({ controlPort: control.port, adminPort, nodeId: "up", ...standpoint(options) });
      await (options.envoy === undefined ? onHost(yaml, options, logger, own) : onEnvoy(yaml, options, own));
      process.stdout.write("ready\n");
    });
  });
}

type Own = <T extends Closable>(part: T) => T;

// What proxies and compilers are made of is loaded where it is used, so that other commands start without it.

async function followCodec(source: string, modules: string | undefined, logger: Logger): Promise<Closable> {
  if (modules === undefined) throw new Error("--source needs --modules, the folder that the codec is built into");
  const { codecFile, followSource } = await import("../../testing/run/index.js");
  return followSource(source, await codecFile(source, modules), logger);
}

async function onHost(yaml: string, options: UpCommand, logger: Logger, own: Own): Promise<void> {
  const { startWatchedHost } = await import("../../host/index.js");
  const patienceMs = options.watchdog * 1000;
  const vmMemoryBytes = options.vmMemory * 2 ** 20;
  const hostLogger = logger.child({ part: "host" });
  const host = own(await startWatchedHost({ bootstrap: yaml, logger: hostLogger, patienceMs, vmMemoryBytes }));
  process.stdout.write(`admin on http://127.0.0.1:${host.adminPort}\n`);
  await host.ready();
}

async function onEnvoy(yaml: string, { envoy = "envoy", adminPort }: UpCommand, own: Own): Promise<void> {
  if (adminPort === 0) throw new Error("--envoy needs an --admin-port other than 0: it says when Envoy is ready");
  const { isReady, startEnvoy } = await import("../../testing/run/index.js");
  own(await startEnvoy(envoy, yaml, () => isReady(adminPort)));
  process.stdout.write(`admin on http://127.0.0.1:${adminPort}\n`);
}
