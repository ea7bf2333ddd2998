export { DENIED, sqlStateOf, writeError } from "./error";
export { CANCEL, GSS_REQUEST, scanMessage, scanStartup, SSL_REQUEST, startupCode, textAt, Type } from "./wire";
export { readStartup } from "./startup";
