export { Digest, headerHash } from "./digest";
export { FNV_OFFSET, fnv1a64 } from "./fnv";
export { hexValue, lowerHexDigit, upperHexDigit } from "./hex";
export { attributeHeader, isAttributeHeader, originalName } from "./header-name";
export { attributeValue, MAX_VALUE_BYTES, originalValue } from "./header-value";
