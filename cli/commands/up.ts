import { resolve } from "node:path";
import type { Command } from "commander";
import { bootstrap, startControl } from "../../control/index.js";
import { untilSignal } from "../lifetime.js";
import { newLogger } from "../logger.js";
import { addIsolationOptions, addLogOptions, addRuleOptions, port, type RuleOptions } from "../options.js";
import { describeServices } from "../services.js";

interface UpCommand extends RuleOptions {
  readonly port: number;
  readonly adminPort: number;
  readonly watchdog: number;
  readonly vmMemory: number;
}

/** `meltemi up`: everything in one process. */
export function addUp(command: Command): void {
  command
    .name("up")
    .summary("run control plane and host proxy together")
    .description(
      "Runs a control plane and a host proxy on one folder of rules (MetaRouter, ApplicationProtocol, ServiceEntry, " +
        "DestinationRule). Edit the rules and the traffic changes at once; no connection is cut.",
    )
    .argument("<rules>", "folder of YAML files")
    .option(
      "--port <port>",
      "port of the control plane, to which Envoys may connect too; 0 for a free one",
      port,
      18000,
    )
    .option("--admin-port <port>", "port of the proxy's admin interface, 0 for a free one", port, 19000);
  command.addHelpText("after", "\nExample: meltemi up examples/bookinfo/rules --port 18000");
  addIsolationOptions(command);
  addLogOptions(addRuleOptions(command)).action((rules: string, options: UpCommand) => {
    const { port: controlPort, adminPort, modules, bind } = options;
    return untilSignal(async (own) => {
      const logger = newLogger(options);
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
      const yaml = bootstrap({ controlPort: control.port, adminPort, nodeId: "up" });
      // Loaded here, so that other commands start without a proxy's worth of code.
      const { startWatchedHost } = await import("../../host/index.js");
      const patienceMs = options.watchdog * 1000;
      const vmMemoryBytes = options.vmMemory * 2 ** 20;
      const hostLogger = logger.child({ part: "host" });
      const host = own(await startWatchedHost({ bootstrap: yaml, logger: hostLogger, patienceMs, vmMemoryBytes }));
      process.stdout.write(`admin on http://127.0.0.1:${host.adminPort}\n`);
      await host.ready();
      process.stdout.write("ready\n");
    });
  });
}
