import type { RegexMatchAndSubstitute } from "../../../xds/gen/envoy/type/matcher/v3/regex_pb.js";
import { ConfigError } from "../../config/index.js";
import { toByteString, toText } from "../headers/index.js";
import { translateRe2 } from "../matching/index.js";

/** Compiles a substitution of every match; `\1` in it stands for the first group, `\0` for the whole match. */
export function compileReplacement(config: RegexMatchAndSubstitute, path: string): (value: string) => string {
  if (!config.pattern) throw new ConfigError(`${path}.pattern`, "a pattern is required");
  let regExp: RegExp;
  try {
    regExp = new RegExp(translateRe2(config.pattern.regex), "gu");
  } catch (error) {
    throw new ConfigError(`${path}.pattern.regex`, error instanceof Error ? error.message : String(error));
  }
  const substitution = config.substitution.replace(/\$/g, "$$$$").replace(/\\(\d|\\)/g, (_, what: string) => {
    if (what === "\\") return "\\";
    return what === "0" ? "$&" : `$${what}`;
  });
  return (value) => toByteString(toText(value).replace(regExp, substitution));
}
