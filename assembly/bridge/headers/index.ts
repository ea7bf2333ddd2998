export { findChanges } from "./difference";
export { AttributeForms } from "./forms";
export { keepHeaders, recallHeaders } from "./kept";
export { HeaderLimits } from "./limits";
export { Received } from "./received";
export { addOneWayHeaders, writeRequestHeaders } from "./request";
export { writeFailureHeaders, writeOneWayHeaders, writeResponseHeaders } from "./response";
export { writePlainFailure, writePlainOneWay, writePlainResponse } from "./plain-response";
