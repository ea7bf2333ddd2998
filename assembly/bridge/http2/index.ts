export { DataRun } from "./data-run";
export {
  ErrorCode,
  FIRST_WINDOW,
  FRAME_HEAD,
  HEADER_TABLE_SIZE,
  FrameType,
  MAX_FRAME_SIZE,
  MAX_STREAM_ID,
  MAX_WINDOW,
  PREFACE,
  Setting,
} from "./frame";
export { Http2Events, Http2Receiver } from "./receiver";
export {
  beginHeaders,
  endHeaders,
  writeData,
  writeGoAway,
  writePing,
  writeReset,
  writeSettings,
  writeSettingsAck,
  writeWindowUpdate,
} from "./writer";
