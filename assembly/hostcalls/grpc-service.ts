import { Bytes, Slice, Writer } from "../bytes";

// envoy/config/core/v3/grpc_service.proto:
//   GrpcService { 1 envoy_grpc EnvoyGrpc }   EnvoyGrpc { 1 cluster_name string, 2 authority string }
const ENVOY_GRPC: u32 = 1;
const CLUSTER_NAME: u32 = 1;
const AUTHORITY: u32 = 2;

/**
 * A serialised `envoy.config.core.v3.GrpcService` that leads to a cluster, for `grpcCall` and `grpcStream`.
 * @param authority a cluster's name would be none: not every server takes any characters there
 */
export function grpcService(cluster: string, authority: string): Bytes {
  const name = Bytes.of(cluster);
  const host = Bytes.of(authority);
  const inner = new Writer();
  field(inner, CLUSTER_NAME, name.view());
  field(inner, AUTHORITY, host.view());
  const out = new Writer();
  field(out, ENVOY_GRPC, inner.view());
  const bytes = Bytes.copyOf(out.view());
  inner.free();
  out.free();
  return bytes;
}

// All of them have numbers below 16 and are length-delimited: a tag of one byte, a length, the content.
function field(out: Writer, number: u32, bytes: Slice): void {
  out.u8((number << 3) | 2);
  let rest = <u32>bytes.length;
  while (rest >= 0x80) {
    out.u8((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  out.u8(rest);
  out.bytes(bytes);
}
