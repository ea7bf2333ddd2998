import type { Command } from "commander";
import { bootstrap } from "../../control/index.js";
import {
  addStandpointOptions,
  addTlsOptions,
  clientTls,
  port,
  type StandpointOptions,
  standpoint,
  type TlsOptions,
} from "../options.js";

interface BootstrapCommand extends StandpointOptions, TlsOptions {
  readonly controlPort: number;
  readonly controlHost: string;
  readonly adminPort: number;
  readonly nodeId: string;
  readonly cluster: string;
  readonly delta: boolean;
}

/** `meltemi bootstrap`: prints the file that a proxy starts from. */
export function addBootstrap(command: Command): void {
  command
    .name("bootstrap")
    .summary("print the bootstrap of a proxy")
    .description("Prints a bootstrap in YAML, for Envoy (envoy -c FILE) and for meltemi host alike.")
    .option("--control-port <port>", "port of the control plane", port, 18000)
    .option("--control-host <host>", "address or name of the control plane's machine", "127.0.0.1")
    .option("--admin-port <port>", "port of the proxy's admin interface, on 127.0.0.1", port, 19000)
    .option("--node-id <id>", "tells proxies apart in the control plane's log", "proxy")
    .option("--cluster <name>", "groups proxies; beside an application, the host of its service", "meltemi")
    .option("--delta", "ask for differences only (Envoy; the host does not speak it)", false);
  addTlsOptions(addStandpointOptions(command)).action((options: BootstrapCommand) => {
    const { controlPort, controlHost, adminPort, nodeId, cluster, delta } = options;
    const usual = { controlPort, controlHost, adminPort, nodeId, cluster, delta };
    process.stdout.write(bootstrap({ ...usual, ...standpoint(options), ...clientTls(options) }));
  });
}
