export { TapHub } from "./hub.js";
export { MASKED } from "./masks.js";
export type { TapMatch } from "./match.js";
export type { TapRecord } from "./record.js";
export { MOST_PAYLOAD, type TapEvent, type TapRequest, TapService } from "./service.js";
export { type TapWatch, watchTap } from "./watch.js";
