import type { StatsConfig } from "../../xds/gen/envoy/config/metrics/v3/stats_pb.js";
import { ConfigError } from "../config/index.js";

/** What makes a label of a part of a stat's name, as Envoy's `stats_tags`. */
export interface StatTag {
  readonly name: string;
  /** Its first group is taken out of the name; the second, else the first, is the label's value. */
  readonly pattern: RegExp;
}

/** Labels, and the name without them. */
export interface Tagged {
  readonly name: string;
  readonly tags: [name: string, value: string][];
}

/** @throws ConfigError */
export function readStatTags(config: StatsConfig | undefined): StatTag[] {
  return (config?.statsTags ?? []).map(({ tagName, tagValue }, index) => {
    const path = `stats_config.stats_tags[${index}]`;
    if (tagName === "") throw new ConfigError(`${path}.tag_name`, "must not be empty");
    if (tagValue.case !== "regex") throw new ConfigError(path, "expected regex");
    try {
      return { name: tagName, pattern: new RegExp(tagValue.value) };
    } catch (error) {
      throw new ConfigError(`${path}.regex`, error instanceof Error ? error.message : String(error));
    }
  });
}

/** Takes the labels that are asked for out of a name. */
export function takeTags(name: string, tags: readonly StatTag[]): Tagged {
  const found: Tagged["tags"] = [];
  let rest = name;
  for (const { name: tag, pattern } of tags) {
    const match = pattern.exec(rest);
    const taken = match?.[1];
    if (match === null || taken === undefined) continue;
    const at = match.index + match[0].indexOf(taken);
    found.push([tag, match[2] ?? taken]);
    rest = rest.slice(0, at) + rest.slice(at + taken.length);
  }
  return { name: rest, tags: found };
}
