import {
  HttpConnectionManager_CodecType as CodecType,
  type HttpConnectionManager,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from "../../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { ConfigError, durationMs } from "../../config/index.js";
import { toByteString } from "../headers/index.js";
import { compileCidrs, type RequestHeaderOptions, type ResponseHeaderOptions } from "../stream/index.js";

/** A connection manager's settings, with Envoy's defaults; times in milliseconds, 0 is none. */
export interface ManagerOptions {
  readonly codec: "http1" | "http2" | "auto";
  readonly request: RequestHeaderOptions;
  readonly response: ResponseHeaderOptions;
  readonly streamIdleTimeout: number;
  readonly maxStreamDuration: number;
  readonly connectionIdleTimeout: number;
  readonly maxConnectionDuration: number;
  readonly drainTimeout: number;
  readonly http: HttpLimits;
  readonly http2: Http2Options;
}

/** Bounds of a header block. */
export interface HttpLimits {
  readonly maxHeaders: number;
  readonly maxHeaderBytes: number;
}

export interface Http2Options {
  readonly headerTableSize: number;
  readonly maxConcurrentStreams: number;
  readonly streamWindow: number;
  readonly connectionWindow: number;
  readonly allowConnect: boolean;
}

const CODECS = {
  [CodecType.AUTO]: "auto",
  [CodecType.HTTP1]: "http1",
  [CodecType.HTTP2]: "http2",
  [CodecType.HTTP3]: undefined,
} as const;

const SERVER_HEADER = {
  [ServerHeader.OVERWRITE]: "overwrite",
  [ServerHeader.APPEND_IF_ABSENT]: "append-if-absent",
  [ServerHeader.PASS_THROUGH]: "pass-through",
} as const;

/** Reads the settings; what is refused is refused with its path. */
export function compileOptions(config: HttpConnectionManager, path: string): ManagerOptions {
  const codec = CODECS[config.codecType];
  if (!codec) throw new ConfigError(`${path}.codec_type`, "HTTP3 is not implemented by this host");
  if (config.statPrefix === "") throw new ConfigError(`${path}.stat_prefix`, "is required");
  const common = config.commonHttpProtocolOptions;
  const http2 = config.http2ProtocolOptions;
  const via = toByteString(config.via);
  for (const [index, upgrade] of config.upgradeConfigs.entries()) {
    if (upgrade.upgradeType.toUpperCase() !== "CONNECT") {
      throw new ConfigError(`${path}.upgrade_configs[${index}].upgrade_type`, "only CONNECT is implemented");
    }
  }
  if (config.normalizePath === true) throw new ConfigError(`${path}.normalize_path`, "is not implemented");
  if (config.mergeSlashes) throw new ConfigError(`${path}.merge_slashes`, "is not implemented");
  return {
    codec,
    request: {
      useRemoteAddress: config.useRemoteAddress ?? false,
      skipXffAppend: config.skipXffAppend,
      xffNumTrustedHops: config.xffNumTrustedHops,
      internalAddresses: compileCidrs(
        config.internalAddressConfig?.cidrRanges ?? [],
        `${path}.internal_address_config.cidr_ranges`,
      ),
      generateRequestId: config.generateRequestId ?? true,
      preserveExternalRequestId: config.preserveExternalRequestId,
      via,
    },
    response: {
      serverName: toByteString(config.serverName === "" ? "envoy" : config.serverName),
      server: SERVER_HEADER[config.serverHeaderTransformation],
      alwaysSetRequestId: config.alwaysSetRequestIdInResponse,
      via,
    },
    streamIdleTimeout: durationMs(config.streamIdleTimeout, 300_000),
    maxStreamDuration: durationMs(common?.maxStreamDuration, 0),
    connectionIdleTimeout: durationMs(common?.idleTimeout, 3_600_000),
    maxConnectionDuration: durationMs(common?.maxConnectionDuration, 0),
    drainTimeout: durationMs(config.drainTimeout, 5_000),
    http: {
      maxHeaders: common?.maxHeadersCount ?? 100,
      maxHeaderBytes: (config.maxRequestHeadersKb ?? 60) * 1024,
    },
    http2: {
      headerTableSize: http2?.hpackTableSize ?? 4096,
      maxConcurrentStreams: http2?.maxConcurrentStreams ?? 1024,
      streamWindow: http2?.initialStreamWindowSize ?? 16 * 1024 * 1024,
      connectionWindow: http2?.initialConnectionWindowSize ?? 24 * 1024 * 1024,
      allowConnect:
        (http2?.allowConnect ?? false) || config.upgradeConfigs.some((upgrade) => upgrade.enabled !== false),
    },
  };
}
