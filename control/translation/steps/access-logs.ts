import { create, type JsonObject, type MessageInitShape } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import {
  type AccessLog,
  type AccessLogFilter,
  AccessLogFilterSchema,
  AccessLogSchema,
  type ComparisonFilter,
  ComparisonFilterSchema,
  ComparisonFilter_Op as Op,
} from "../../../xds/gen/envoy/config/accesslog/v3/accesslog_pb.js";
import type { SubstitutionFormatStringSchema } from "../../../xds/gen/envoy/config/core/v3/substitution_format_string_pb.js";
import { FileAccessLogSchema } from "../../../xds/gen/envoy/extensions/access_loggers/file/v3/file_pb.js";
import {
  StderrAccessLogSchema,
  StdoutAccessLogSchema,
} from "../../../xds/gen/envoy/extensions/access_loggers/stream/v3/stream_pb.js";
import type { LogFormat, Logging, Model, Service } from "../../model/index.js";
import { millionths, pack, percent } from "../envoy.js";
import { type LogKey, logKey } from "../names.js";

/**
 * The logs of a service's connection managers. All that the mesh has are there, whatever the rules say, and off: the runtime,
 * which comes by RTDS, says how many requests are written and within which bounds. So a rule touches no listener.
 */
export function accessLogs(service: Service, { accessLogs = [] }: Model): AccessLog[] {
  return accessLogs.map(({ name, path, format }) =>
    create(AccessLogSchema, {
      // In this order: where a log is off, one look at the runtime is all that a request costs.
      filter: all([sampled(logKey(service, name, "sampled")), ...bounds((key) => logKey(service, name, key))]),
      ...writer(path, formatOf(format)),
    }),
  );
}

/** The proxy's own output is not opened by its name, which fails where that is a socket, as it is under systemd. */
function writer(path: string, format: MessageInitShape<typeof SubstitutionFormatStringSchema>) {
  const accessLogFormat = { case: "logFormat" as const, value: format };
  const logger = (name: string, value: Any) => ({
    name: `envoy.access_loggers.${name}`,
    configType: { case: "typedConfig" as const, value },
  });
  if (path === "/dev/stdout") return logger("stdout", pack(StdoutAccessLogSchema, { accessLogFormat }));
  if (path === "/dev/stderr") return logger("stderr", pack(StderrAccessLogSchema, { accessLogFormat }));
  return logger("file", pack(FileAccessLogSchema, { path, accessLogFormat }));
}

/** What the runtime says of a service's logs: nothing of those that it has not turned on, nor of bounds that it has not set. */
export function logKeys(service: Service): JsonObject {
  return Object.fromEntries((service.logging ?? []).flatMap((logging) => keysOf(service, logging)));
}

function keysOf(service: Service, { log, percentage, code, milliseconds }: Logging): [string, number][] {
  const bounds: [LogKey, number, number][] = [
    ["code_least", code.least, LEAST],
    ["code_most", code.most, MOST],
    ["milliseconds_least", milliseconds.least, LEAST],
    ["milliseconds_most", milliseconds.most, MOST],
  ];
  const set = bounds.filter(([, value, otherwise]) => value !== otherwise);
  return [
    [logKey(service, log, "sampled"), millionths(percentage)],
    ...set.map(([key, value]): [string, number] => [logKey(service, log, key), value]),
  ];
}

const LEAST = 0;
const MOST = 2 ** 32 - 1;

function sampled(runtimeKey: string): AccessLogFilter {
  return filter({
    case: "runtimeFilter",
    value: {
      runtimeKey,
      percentSampled: percent(0),
      useIndependentRandomness: true,
    },
  });
}

function bounds(keyOf: (key: LogKey) => string): AccessLogFilter[] {
  const least = (key: LogKey) => comparison(Op.GE, LEAST, keyOf(key));
  const most = (key: LogKey) => comparison(Op.LE, MOST, keyOf(key));
  return [
    filter({ case: "statusCodeFilter", value: { comparison: least("code_least") } }),
    filter({ case: "statusCodeFilter", value: { comparison: most("code_most") } }),
    filter({ case: "durationFilter", value: { comparison: least("milliseconds_least") } }),
    filter({ case: "durationFilter", value: { comparison: most("milliseconds_most") } }),
  ];
}

function comparison(op: Op, defaultValue: number, runtimeKey: string): ComparisonFilter {
  return create(ComparisonFilterSchema, { op, value: { defaultValue, runtimeKey } });
}

function all(filters: AccessLogFilter[]): AccessLogFilter {
  return filter({ case: "andFilter", value: { filters } });
}

function filter(filterSpecifier: NonNullable<MessageInitShape<typeof AccessLogFilterSchema>["filterSpecifier"]>) {
  return create(AccessLogFilterSchema, { filterSpecifier });
}

function formatOf(format: LogFormat = { text: LINE }) {
  if ("text" in format) {
    const line = format.text.endsWith("\n") ? format.text : `${format.text}\n`;
    const specifier = { case: "inlineString" as const, value: line };
    return { format: { case: "textFormatSource" as const, value: { specifier } } };
  }
  const isEmpty = Object.keys(format.members).length === 0;
  return { format: { case: "jsonFormat" as const, value: isEmpty ? MEMBERS : format.members } };
}

/**
 * The members of a line of Meltemi's own. A request's path is its protocol's service and operation; `code` is the protocol's own
 * status, `outcome` says that an answer is an error of the application's and no failure.
 */
const MEMBERS = {
  start_time: "%START_TIME%",
  method: "%REQ(:METHOD)%",
  authority: "%REQ(:AUTHORITY)%",
  path: "%REQ(:PATH)%",
  code: "%RESP(X-MELTEMI-CODE)%",
  outcome: "%RESP(X-MELTEMI-OUTCOME)%",
  response_code: "%RESPONSE_CODE%",
  response_flags: "%RESPONSE_FLAGS%",
  response_code_details: "%RESPONSE_CODE_DETAILS%",
  bytes_received: "%BYTES_RECEIVED%",
  bytes_sent: "%BYTES_SENT%",
  duration: "%DURATION%",
  downstream_remote_address: "%DOWNSTREAM_REMOTE_ADDRESS%",
  route_name: "%ROUTE_NAME%",
  upstream_cluster: "%UPSTREAM_CLUSTER%",
  upstream_host: "%UPSTREAM_HOST%",
};

/** The same, in that order. */
const LINE =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(:AUTHORITY)% %REQ(:PATH)%" %RESP(X-MELTEMI-CODE)% %RESP(X-MELTEMI-OUTCOME)% ' +
  "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% " +
  '"%DOWNSTREAM_REMOTE_ADDRESS%" "%ROUTE_NAME%" "%UPSTREAM_CLUSTER%" "%UPSTREAM_HOST%"\n';
