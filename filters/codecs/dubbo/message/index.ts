export { FASTJSON2, HESSIAN2, ID_AT, LENGTH_AT, HEAD, OK } from "./header";
export { scanFrame, serializationOf, wantsAnswer, writeAnswer, writePing, writePong, writeReadOnly } from "./header";
export { decodeRequest, encodeRequest } from "./request";
export { decodeResponse, encodeResponse, writeException } from "./response";
export { statusFor } from "./status";
