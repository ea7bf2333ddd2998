export { Fields, Problems } from "./fields";
export { JsonParser } from "./parser";
export { Json, JsonKind, numberText } from "./value";
