import { type Command, Option } from "commander";
import { formatProblem, readStatus, type ServiceStatus } from "../../control/index.js";
import { addRuleOptions, type RuleOptions } from "../options.js";

interface StatusCommand extends Pick<RuleOptions, "modules" | "bind"> {
  readonly output: "text" | "json";
}

/** `meltemi status`: how the services in a folder of rules are served. */
export function addStatus(command: Command): void {
  command
    .name("status")
    .summary("say which lane each service takes, and why")
    .description(
      "Reads a folder of rules, as a control plane would, and says of each service which lane its requests take, why, and " +
        "which connections to backends that costs. Nothing is started.",
    )
    .argument("<rules>", "folder of YAML files")
    .addOption(
      new Option("-o, --output <form>", "text for people, json for machines").choices(["text", "json"]).default("text"),
    );
  addRuleOptions(command).action(async (rules: string, { output, ...options }: StatusCommand) => {
    const { services, problems } = await readStatus({ rules, ...options });
    for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
    if (problems.some(({ severity }) => severity === "error")) throw new Error("the rules have errors");
    process.stdout.write(output === "json" ? `${JSON.stringify(services, null, 2)}\n` : services.map(textOf).join(""));
  });
}

function textOf({ service, listens, codec, lane, why, costs }: ServiceStatus): string {
  return `${service}  ${listens}  ${codec}  ${lane}\n  why: ${why}\n  costs: ${costs}\n`;
}
