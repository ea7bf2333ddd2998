export { compileFraction, compilePercent, denominatorOf, type FractionPredicate } from "./fraction.js";
export { compileHeaderMatcher, type HeaderPredicate } from "./header-matcher.js";
export { translateRe2 } from "./re2.js";
export { compileRegex, compileStringMatcher, exact, prefix, type StringPredicate } from "./string-matcher.js";
