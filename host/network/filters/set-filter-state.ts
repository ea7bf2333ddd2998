import type { FilterStateValue } from "../../../xds/gen/envoy/extensions/filters/common/set_filter_state/v3/value_pb.js";
import { ConfigSchema } from "../../../xds/gen/envoy/extensions/filters/network/set_filter_state/v3/set_filter_state_pb.js";
import { ConfigError, dataSource, type SupportedFields } from "../../config/index.js";
import { FilterStatus, type NetworkFilterKind } from "../types.js";
import { type Format, parseFormat } from "./substitution.js";

const FIELDS: SupportedFields = {
  [ConfigSchema.typeName]: ["on_new_connection"],
  "envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue": [
    "object_key",
    "factory_key",
    "format_string",
    "read_only",
    "shared_with_upstream",
    "skip_if_empty",
  ],
  "envoy.config.core.v3.SubstitutionFormatString": ["text_format", "text_format_source", "omit_empty_values"],
  "envoy.config.core.v3.DataSource": ["inline_string", "inline_bytes", "filename", "environment_variable"],
};

interface Rule {
  readonly key: string;
  readonly format: Format;
  readonly skipIfEmpty: boolean;
}

/** envoy.filters.network.set_filter_state: objects of the filter state from format strings, on a new connection. */
export const setFilterState: NetworkFilterKind = {
  typeName: ConfigSchema.typeName,
  terminal: false,
  create(extension) {
    const config = extension.decode(ConfigSchema, FIELDS);
    const rules = config.onNewConnection.map((value, index) =>
      readRule(value, `${extension.path}.on_new_connection[${index}]`),
    );
    return ({ connection }) => ({
      onNewConnection() {
        for (const { key, format, skipIfEmpty } of rules) {
          const value = format(connection);
          if (value !== "" || !skipIfEmpty) connection.info.filterState.set(key, value);
        }
        return FilterStatus.Continue;
      },
    });
  },
};

function readRule(rule: FilterStateValue, path: string): Rule {
  if (rule.key.case !== "objectKey" || rule.key.value === "")
    throw new ConfigError(`${path}.object_key`, "must not be empty");
  const source = rule.value.value;
  const at = `${path}.format_string`;
  if (source === undefined) throw new ConfigError(at, "expected a format");
  const { format, omitEmptyValues } = source;
  if (format.case === "textFormat") {
    return {
      key: rule.key.value,
      format: parseFormat(format.value, omitEmptyValues, at),
      skipIfEmpty: rule.skipIfEmpty,
    };
  }
  if (format.case !== "textFormatSource") throw new ConfigError(at, "expected text_format_source or text_format");
  const text = Buffer.from(dataSource(format.value, `${at}.text_format_source`)).toString();
  return { key: rule.key.value, format: parseFormat(text, omitEmptyValues, at), skipIfEmpty: rule.skipIfEmpty };
}
