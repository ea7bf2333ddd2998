export { discard, keep, keptAt } from "./kept";
export { SessionRecord } from "./session-record";
export { reportEnded, sendReports } from "./outbox";
export { About, Tap } from "./tap";
