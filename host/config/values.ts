import { readFileSync } from "node:fs";
import type { Duration } from "@bufbuild/protobuf/wkt";
import type { Address, SocketAddress } from "../../xds/gen/envoy/config/core/v3/address_pb.js";
import type { DataSource } from "../../xds/gen/envoy/config/core/v3/base_pb.js";
import { ConfigError } from "./config-error.js";

/** Milliseconds of a Duration, or the default where it is unset. */
export function durationMs(duration: Duration | undefined, defaultMs: number): number {
  return duration === undefined ? defaultMs : Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}

/** The TCP address in it; anything else is refused. */
export function tcpAddress(address: Address | undefined, path: string): { host: string; port: number } {
  if (address?.address.case !== "socketAddress") throw new ConfigError(path, "expected a socket_address");
  const socket: SocketAddress = address.address.value;
  if (socket.portSpecifier.case !== "portValue") {
    throw new ConfigError(`${path}.socket_address`, "expected port_value; named ports are not implemented");
  }
  return { host: socket.address, port: socket.portSpecifier.value };
}

/** The bytes of a DataSource. */
export function dataSource(source: DataSource | undefined, path: string): Uint8Array {
  switch (source?.specifier.case) {
    case "filename":
      try {
        return readFileSync(source.specifier.value);
      } catch (error) {
        throw new ConfigError(`${path}.filename`, error instanceof Error ? error.message : String(error));
      }
    case "inlineBytes":
      return source.specifier.value;
    case "inlineString":
      return Buffer.from(source.specifier.value);
    case "environmentVariable": {
      const value = process.env[source.specifier.value];
      if (value === undefined) {
        throw new ConfigError(`${path}.environment_variable`, `variable ${source.specifier.value} is not set`);
      }
      return Buffer.from(value);
    }
    default:
      throw new ConfigError(path, "expected filename, inline_bytes, inline_string or environment_variable");
  }
}

/** `host:port`, with brackets around IPv6. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
