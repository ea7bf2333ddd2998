export { encodeMessage } from "./encode";
export { Envelope, Found } from "./envelope";
export { InfoEntries } from "./info";
export { outcomeOf, typeFor } from "./status";
export { decodeRequest, decodeResponse } from "./decode";
export { writeFailure } from "./failure";
