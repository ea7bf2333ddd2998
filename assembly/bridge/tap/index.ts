export { discard, keep, keptAt } from "./kept";
export { ReportingRoot } from "./reporting-root";
export { SessionRecord } from "./session-record";
export { About, Tap } from "./tap";
