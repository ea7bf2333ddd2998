export { Digest } from "./digest";
export { hexValue, lowerHexDigit, upperHexDigit } from "./hex";
export { attributeHeader, isAttributeHeader, originalName } from "./header-name";
export { attributeValue, MAX_VALUE_BYTES, originalValue } from "./header-value";
