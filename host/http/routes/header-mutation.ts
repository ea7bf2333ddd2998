import {
  HeaderValueOption_HeaderAppendAction as AppendAction,
  type HeaderValueOption,
} from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import { ConfigError } from "../../config/index.js";
import { asciiLower, type HeaderMap, toByteString } from "../headers/index.js";
import { compileFormat, type FormatContext, type Formatter } from "./format.js";

/** Changes a message's headers. */
export type HeaderMutation = (headers: HeaderMap, context: FormatContext) => void;

interface Addition {
  readonly name: string;
  readonly value: Formatter;
  readonly action: AppendAction;
  readonly keepEmpty: boolean;
}

/** Compiles `…_headers_to_remove` and `…_headers_to_add` of one level; undefined where there is nothing to do. */
export function compileHeaderMutation(
  add: readonly HeaderValueOption[],
  remove: readonly string[],
  path: string,
  kind: "request" | "response",
): HeaderMutation | undefined {
  if (add.length === 0 && remove.length === 0) return undefined;
  const removals = remove.map((name, index) => removal(name, `${path}.${kind}_headers_to_remove[${index}]`));
  const additions = add.map((option, index) => addition(option, `${path}.${kind}_headers_to_add[${index}]`));
  return (headers, context) => {
    // Removals come first, so that a level can replace what it removes.
    for (const name of removals) headers.remove(name);
    for (const each of additions) apply(each, headers, context);
  };
}

function removal(name: string, path: string): string {
  const lower = asciiLower(toByteString(name));
  if (lower === "" || lower.startsWith(":") || lower === "host") {
    throw new ConfigError(path, ":-prefixed or host headers may not be removed");
  }
  return lower;
}

function addition(option: HeaderValueOption, path: string): Addition {
  const header = option.header;
  const name = asciiLower(toByteString(header?.key ?? ""));
  if (name === "") throw new ConfigError(`${path}.header.key`, "a header name is required");
  if (name.startsWith(":") || name === "host") {
    throw new ConfigError(`${path}.header.key`, ":-prefixed or host headers may not be modified");
  }
  const value =
    header && header.rawValue.length > 0 ? Buffer.from(header.rawValue).toString("utf8") : (header?.value ?? "");
  return {
    name,
    value: compileFormat(value, `${path}.header.value`),
    action: option.append === false ? AppendAction.OVERWRITE_IF_EXISTS_OR_ADD : option.appendAction,
    keepEmpty: option.keepEmptyValue,
  };
}

function apply({ name, value, action, keepEmpty }: Addition, headers: HeaderMap, context: FormatContext): void {
  const text = value(context);
  if (text === "" && !keepEmpty) return;
  switch (action) {
    case AppendAction.APPEND_IF_EXISTS_OR_ADD:
      headers.add(name, text);
      return;
    case AppendAction.ADD_IF_ABSENT:
      if (!headers.has(name)) headers.add(name, text);
      return;
    case AppendAction.OVERWRITE_IF_EXISTS_OR_ADD:
      headers.set(name, text);
      return;
    case AppendAction.OVERWRITE_IF_EXISTS:
      if (headers.has(name)) headers.set(name, text);
      return;
  }
}
