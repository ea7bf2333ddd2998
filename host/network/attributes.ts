import { create } from "@bufbuild/protobuf";
import { LocalitySchema, MetadataSchema } from "../../xds/gen/envoy/config/core/v3/base_pb.js";
import type { EndpointLocality, FilterMetadata } from "../upstream/index.js";
import { ofMessage, type PropertyValue } from "../vm/index.js";
import type { ResponseFlag } from "./types.js";

/** Bits of Envoy's CoreResponseFlag, in its order. */
const FLAG_ORDER = [
  ...["LH", "UH", "UT", "LR", "UR", "UF", "UC", "UO", "NR", "DI", "FI", "RL", "UAEX", "RLSE", "DC", "URX", "SI", "IH"],
  ...["DPE", "UMSDR", "RFCF", "NFCF", "DT", "UPE", "NC", "OM", "DF", "DO", "DR", "UDO"],
];

/** The attribute `response.flags`. */
export function flagBits(flags: ReadonlySet<ResponseFlag>): bigint {
  let bits = 0n;
  for (const flag of flags) bits |= 1n << BigInt(FLAG_ORDER.indexOf(flag));
  return bits;
}

/** Metadata as modules read it, a core.v3.Metadata; none is an empty one. */
export function metadataValue(filterMetadata: FilterMetadata): PropertyValue {
  return ofMessage(MetadataSchema, create(MetadataSchema, { filterMetadata: { ...filterMetadata } }));
}

const NOWHERE = create(LocalitySchema);

/** The attribute `upstream.locality`. */
export function localityValue({ place }: EndpointLocality): PropertyValue {
  return ofMessage(LocalitySchema, place ?? NOWHERE);
}

/** An upstream host's. On Envoy one without metadata has none at all, which cannot be read. */
export function hostMetadataValue(filterMetadata: FilterMetadata): PropertyValue {
  return Object.keys(filterMetadata).length === 0 ? null : metadataValue(filterMetadata);
}
