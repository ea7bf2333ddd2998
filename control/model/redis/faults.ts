import type { RedisFaultSpec, RedisServiceSpec, Resource } from "../../source/index.js";
import type { Problems } from "../problems.js";
import type { Fault, Strike } from "../types.js";

/** What such an answer of a server's would be to the codec: `-ERR`. */
const STATUS = 500;

/** What is to go wrong with the commands to a service; nothing where no fault has an effect. */
export function faultsOf(rule: Resource<RedisServiceSpec>, problems: Problems): Fault | undefined {
  const strikes = (rule.spec.faults ?? []).flatMap((spec, index) => {
    const isError = spec.type === "ERROR";
    const milliseconds = Math.round(spec.delay ?? 0);
    if (!isError && milliseconds === 0) {
      const message = "has no effect: a DELAY needs a delay of 1ms or more";
      problems.warning(rule, ["spec", "faults", index, "delay"], message);
      return [];
    }
    return [strikeOf(spec, isError, milliseconds)];
  });
  return strikes.length === 0 ? undefined : { strikes };
}

function strikeOf({ percentage, commands = [] }: RedisFaultSpec, isError: boolean, milliseconds: number): Strike {
  // The codec says commands in lower case.
  const values = commands.map((command) => command.toLowerCase());
  return {
    percentage: percentage.value,
    ...(values.length > 0 && { match: { name: "command", values } }),
    ...(milliseconds > 0 && { milliseconds }),
    ...(isError && { reply: { status: STATUS } }),
  };
}
