import { resolve } from "node:path";
import type { Command } from "commander";
import { startControl } from "../../control/index.js";
import { untilSignal } from "../lifetime.js";
import { newLogger } from "../logger.js";
import { addLogOptions, addRuleOptions, port, type RuleOptions } from "../options.js";
import { describeServices } from "../services.js";

interface ControlCommand extends RuleOptions {
  readonly port: number;
  readonly host: string;
}

/** `meltemi control`: the control plane alone, for proxies that run elsewhere. */
export function addControl(command: Command): void {
  command
    .name("control")
    .summary("run the control plane")
    .description(
      "Follows a folder of rules (MetaRouter, ApplicationProtocol, ServiceEntry, DestinationRule) and serves them over " +
        "xDS to Envoy and to meltemi host. Rules with an error change nothing: what runs goes on, and the log says where " +
        "the error is.",
    )
    .argument("<rules>", "folder of YAML files")
    .option("--port <port>", "port for proxies, 0 for a free one", port, 18000)
    .option("--host <ip>", "address for proxies", "127.0.0.1");
  command.addHelpText("after", "\nA proxy for it: meltemi bootstrap > proxy.yaml && envoy -c proxy.yaml");
  addLogOptions(addRuleOptions(command)).action((rules: string, options: ControlCommand) =>
    untilSignal(async (own) => {
      const control = own(
        await startControl({
          ...options,
          rules,
          logger: newLogger(options),
          onModel: (model) => process.stdout.write(`in force:\n${describeServices(model)}`),
        }),
      );
      process.stdout.write(`xDS on ${options.host}:${control.port}, rules in ${resolve(rules)}\n`);
    }),
  );
}
