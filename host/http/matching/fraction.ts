import type { RuntimeFractionalPercent } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import {
  type FractionalPercent,
  FractionalPercent_DenominatorType,
} from "../../../xds/gen/envoy/type/v3/percent_pb.js";

/** Says whether a stream with this random number (a non-negative integer) is among the fraction. */
export type FractionPredicate = (random: number) => boolean;

/** Compiles a fraction. The runtime is not asked here: its key is read and the default holds. */
export function compileFraction(fraction: RuntimeFractionalPercent | undefined): FractionPredicate | undefined {
  return fraction?.defaultValue ? compilePercent(fraction.defaultValue) : undefined;
}

/** What a fraction's numerator is of; of a hundred, where there is no fraction. */
export function denominatorOf(percent: FractionalPercent | undefined): number {
  return DENOMINATORS[percent?.denominator ?? FractionalPercent_DenominatorType.HUNDRED];
}

/** Compiles a percentage. */
export function compilePercent(percent: FractionalPercent): FractionPredicate {
  const denominator = denominatorOf(percent);
  return (random) => random % denominator < percent.numerator;
}

const DENOMINATORS: Readonly<Record<FractionalPercent_DenominatorType, number>> = {
  [FractionalPercent_DenominatorType.HUNDRED]: 100,
  [FractionalPercent_DenominatorType.TEN_THOUSAND]: 10_000,
  [FractionalPercent_DenominatorType.MILLION]: 1_000_000,
};
