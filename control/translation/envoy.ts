import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, anyPack, type Duration, DurationSchema } from "@bufbuild/protobuf/wkt";
import {
  ApiVersion,
  type ConfigSource,
  ConfigSourceSchema,
} from "../../xds/gen/envoy/config/core/v3/config_source_pb.js";
import {
  FractionalPercent_DenominatorType as Denominator,
  type FractionalPercent,
  FractionalPercentSchema,
} from "../../xds/gen/envoy/type/v3/percent_pb.js";

/** Small words of Envoy's configuration that every step uses. */

export function pack<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): Any {
  return anyPack(schema, create(schema, init));
}

export function duration(milliseconds: number): Duration {
  const seconds = Math.floor(milliseconds / 1000);
  return create(DurationSchema, { seconds: BigInt(seconds), nanos: Math.round((milliseconds - seconds * 1000) * 1e6) });
}

/** So many percent, as fine as Envoy has them: of a million. */
export function percent(percentage: number): FractionalPercent {
  return create(FractionalPercentSchema, { numerator: millionths(percentage), denominator: Denominator.MILLION });
}

/** A percentage as the runtime has it, which knows whole numbers only. */
export function millionths(percentage: number): number {
  return Math.round(percentage * 10_000);
}

/** "From the management server that told you this." */
export function ads(): ConfigSource {
  return create(ConfigSourceSchema, {
    configSourceSpecifier: { case: "ads", value: {} },
    resourceApiVersion: ApiVersion.V3,
  });
}

/** For limits that must exist and should never be met. */
export const OUT_OF_REACH = 1_000_000_000;
