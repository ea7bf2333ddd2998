export { OutlierDetector } from "./detector.js";
export type { Outcome } from "./settings.js";
export { OUTLIER_FIELDS, readOutlierDetection } from "./settings.js";
