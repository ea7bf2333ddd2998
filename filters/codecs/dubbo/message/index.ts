export { FASTJSON2, HESSIAN2, ID_AT, LENGTH_AT, HEAD } from "./header";
export { scanFrame, serializationOf, wantsAnswer, writeAnswer, writePing, writePong, writeReadOnly } from "./header";
export { decodeRequest, encodeRequest } from "./request";
export { decodeResponse, encodeResponse } from "./response";
export { statusFor } from "./status";
