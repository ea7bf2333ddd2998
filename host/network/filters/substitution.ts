import type { JsonValue } from "@bufbuild/protobuf";
import { ConfigError } from "../../config/index.js";
import type { Connection } from "../types.js";

type Part = (connection: Connection) => string | undefined;

/** A format string, ready to be filled in for a connection. */
export type Format = (connection: Connection) => string;

/**
 * Reads a format string with Envoy's command operators, those that make sense for a connection:
 * %DYNAMIC_METADATA(namespace:key:…)%, %FILTER_STATE(key:PLAIN)%, %DOWNSTREAM_LOCAL_ADDRESS%,
 * %DOWNSTREAM_REMOTE_ADDRESS%, and %% for a percent sign. A value that is not there is `-`, or nothing with `omitEmpty`.
 */
export function parseFormat(text: string, omitEmpty: boolean, path: string): Format {
  const parts: Part[] = [];
  // Literal text, %%, or %COMMAND(arguments):length%.
  const pattern = /([^%]+)|(%%)|%([A-Z_]+)(?:\(([^)]*)\))?(?::(\d+))?%|(%)/gy;
  for (const [, literal, percent, command, argument, length, stray] of text.matchAll(pattern)) {
    if (stray !== undefined)
      throw new ConfigError(path, `a lone % in ${JSON.stringify(text)}; expected %COMMAND% or %%`);
    if (command === undefined) {
      const fixed = literal ?? (percent === undefined ? "" : "%");
      parts.push(() => fixed);
      continue;
    }
    const value = operator(command, argument, path);
    const limit = length === undefined ? Number.POSITIVE_INFINITY : Number(length);
    parts.push((connection) => value(connection)?.slice(0, limit));
  }
  const missing = omitEmpty ? "" : "-";
  return (connection) => parts.map((part) => part(connection) ?? missing).join("");
}

function operator(command: string, argument: string | undefined, path: string): Part {
  switch (command) {
    case "DYNAMIC_METADATA": {
      const [namespace, ...keys] = (argument ?? "").split(":");
      if (namespace === undefined || namespace === "")
        throw new ConfigError(path, "DYNAMIC_METADATA needs a namespace");
      return ({ info }) => plain(at(info.dynamicMetadata[namespace], keys));
    }
    case "FILTER_STATE": {
      const key = (argument ?? "").replace(/:(PLAIN|TYPED)$/, "");
      return ({ info }) => {
        const value = info.filterState.get(key);
        return value === undefined || typeof value === "string" ? value : Buffer.from(value).toString("latin1");
      };
    }
    case "DOWNSTREAM_LOCAL_ADDRESS":
      return ({ localAddress }) => localAddress;
    case "DOWNSTREAM_REMOTE_ADDRESS":
      return ({ remoteAddress }) => remoteAddress;
    default:
      throw new ConfigError(path, `the operator %${command}% is not implemented by this host`);
  }
}

function at(value: JsonValue | undefined, keys: readonly string[]): JsonValue | undefined {
  let inner = value;
  for (const key of keys) {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return undefined;
    inner = inner[key];
  }
  return inner;
}

function plain(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
