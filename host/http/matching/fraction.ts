import type { RuntimeFractionalPercent } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import {
  type FractionalPercent,
  FractionalPercent_DenominatorType,
} from "../../../xds/gen/envoy/type/v3/percent_pb.js";

/** Says whether a stream with this random number (a non-negative integer) is among the fraction. */
export type FractionPredicate = (random: number) => boolean;

/** Compiles a fraction. There is no runtime layer here: its key is read and the default holds. */
export function compileFraction(fraction: RuntimeFractionalPercent | undefined): FractionPredicate | undefined {
  return fraction?.defaultValue ? compilePercent(fraction.defaultValue) : undefined;
}

/** Compiles a percentage. */
export function compilePercent(percent: FractionalPercent): FractionPredicate {
  const denominator = DENOMINATORS[percent.denominator];
  return (random) => random % denominator < percent.numerator;
}

const DENOMINATORS: Readonly<Record<FractionalPercent_DenominatorType, number>> = {
  [FractionalPercent_DenominatorType.HUNDRED]: 100,
  [FractionalPercent_DenominatorType.TEN_THOUSAND]: 10_000,
  [FractionalPercent_DenominatorType.MILLION]: 1_000_000,
};
