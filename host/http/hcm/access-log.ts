import type { AccessLog } from "../../../xds/gen/envoy/config/accesslog/v3/accesslog_pb.js";
import type { SubstitutionFormatString } from "../../../xds/gen/envoy/config/core/v3/substitution_format_string_pb.js";
import { FileAccessLogSchema } from "../../../xds/gen/envoy/extensions/access_loggers/file/v3/file_pb.js";
import {
  StderrAccessLogSchema,
  StdoutAccessLogSchema,
} from "../../../xds/gen/envoy/extensions/access_loggers/stream/v3/stream_pb.js";
import { ConfigError, dataSource, openExtension, type SupportedFields } from "../../config/index.js";
import type { FactoryContext } from "../../network/index.js";
import { compileFormat, compileJsonFormat, type FormatContext, type Formatter } from "../routes/index.js";
import { openLogFile } from "./log-files.js";
import { compileLogFilter } from "./log-filter.js";

/** Writes a line about a request that is over. */
export type LogRequest = (context: FormatContext) => void;

/** Envoy's own. */
const DEFAULT_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  "%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% " +
  '"%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

const FIELDS: SupportedFields = {
  [FileAccessLogSchema.typeName]: ["path", "log_format"],
  [StdoutAccessLogSchema.typeName]: ["log_format"],
  [StderrAccessLogSchema.typeName]: ["log_format"],
  "envoy.config.core.v3.SubstitutionFormatString": ["text_format", "text_format_source", "json_format"],
  "envoy.config.core.v3.DataSource": "*",
};

/** Compiles `access_log`; files are closed with the listener. */
export function compileAccessLogs(
  logs: readonly AccessLog[],
  context: FactoryContext,
  path: string,
): readonly LogRequest[] {
  return logs.map(({ filter, configType }, index) => {
    const at = `${path}[${index}]`;
    const write = compileLog(openExtension(configType.value, `${at}.typed_config`), context);
    const passes = compileLogFilter(filter, context.runtime, `${at}.filter`);
    if (passes === undefined) return write;
    return (request) => {
      if (passes(request)) write(request);
    };
  });
}

function compileLog(extension: ReturnType<typeof openExtension>, context: FactoryContext): LogRequest {
  const { path, typeName } = extension;
  switch (typeName) {
    case FileAccessLogSchema.typeName: {
      const config = extension.decode(FileAccessLogSchema, FIELDS);
      if (config.path === "") throw new ConfigError(`${path}.path`, "is required");
      const format = config.accessLogFormat;
      return writer(
        openLogFile(config.path, context, `${path}.path`),
        format.case === "logFormat" ? format.value : undefined,
        path,
      );
    }
    case StdoutAccessLogSchema.typeName: {
      const format = extension.decode(StdoutAccessLogSchema, FIELDS).accessLogFormat;
      return writer(process.stdout, format.value, path);
    }
    case StderrAccessLogSchema.typeName: {
      const format = extension.decode(StderrAccessLogSchema, FIELDS).accessLogFormat;
      return writer(process.stderr, format.value, path);
    }
    default:
      throw new ConfigError(path, `access logger ${typeName} is not implemented by this host`);
  }
}

function writer(stream: NodeJS.WritableStream, format: SubstitutionFormatString | undefined, path: string): LogRequest {
  const line = compileLine(format, `${path}.log_format`);
  return (context) => void stream.write(Buffer.from(line(context), "latin1"));
}

function compileLine(format: SubstitutionFormatString | undefined, path: string): Formatter {
  if (format?.format.case !== "jsonFormat") return compileFormat(formatText(format, path), path, "-");
  const json = compileJsonFormat(format.format.value, `${path}.json_format`);
  return (context) => `${json(context)}\n`;
}

function formatText(format: SubstitutionFormatString | undefined, path: string): string {
  switch (format?.format.case) {
    case undefined:
      return DEFAULT_FORMAT;
    case "textFormat":
      return format.format.value;
    case "textFormatSource":
      return Buffer.from(dataSource(format.format.value, `${path}.text_format_source`)).toString();
    default:
      throw new ConfigError(path, "expected text_format, text_format_source or json_format");
  }
}
