export { asciiLower, toByteString, toText } from "./bytes.js";
export { HeaderMap, type HeaderPair } from "./header-map.js";
