import { resolve } from "node:path";
import type { Command } from "commander";
import { type ControlOptions, startControl } from "../../control/index.js";
import { untilSignal } from "../lifetime.js";
import { newLogger } from "../logger.js";
import { addLogOptions, addRuleOptions, pair, port, type RuleOptions } from "../options.js";
import { describeServices } from "../services.js";

interface ControlCommand extends RuleOptions {
  readonly port: number;
  readonly host: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
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
    .option("--host <ip>", "address for proxies", "127.0.0.1")
    .option(
      "--tls-cert <file>",
      "speak TLS to proxies, with this certificate (PEM); a new one holds for new connections",
    )
    .option("--tls-key <file>", "the certificate's key (PEM)")
    .option("--tls-client-ca <file>", "proxies have to show a certificate of these authorities (PEM)");
  command.addHelpText("after", "\nA proxy for it: meltemi bootstrap > proxy.yaml && envoy -c proxy.yaml");
  addLogOptions(addRuleOptions(command)).action((rules: string, options: ControlCommand) =>
    untilSignal(async (own) => {
      const control = own(
        await startControl({
          ...options,
          ...serverTls(options),
          rules,
          logger: newLogger(options),
          onModel: (model) => process.stdout.write(`in force:\n${describeServices(model)}`),
        }),
      );
      const how = options.tlsCert === undefined ? "xDS" : "xDS by TLS";
      process.stdout.write(`${how} on ${options.host}:${control.port}, rules in ${resolve(rules)}\n`);
    }),
  );
}

function serverTls({ tlsCert, tlsKey, tlsClientCa }: ControlCommand): Pick<ControlOptions, "tls"> {
  const identity = pair(tlsCert, tlsKey);
  if (identity !== undefined) return { tls: { ...identity, clientAuthorities: tlsClientCa } };
  if (tlsClientCa !== undefined) throw new Error("--tls-client-ca needs --tls-cert and --tls-key");
  return {};
}
