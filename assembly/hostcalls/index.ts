export { bufferSize, getBuffer, setBuffer } from "./buffers";
export {
  calloutMessage,
  calloutStatus,
  grpcCall,
  grpcCancel,
  grpcClose,
  grpcSend,
  grpcStream,
  httpCall,
} from "./callouts";
export { callForeignFunction } from "./foreign";
export { grpcService } from "./grpc-service";
export { HeaderPairs, HeaderPairsWriter } from "./header-pairs";
export { addHeader, getHeader, getHeaders, removeHeader, replaceHeader, setHeaders } from "./headers";
export { log, logLevel } from "./log";
export { Counter, Gauge, Histogram, Metric } from "./metrics";
export { getProperty, setProperty } from "./properties";
export {
  dequeue,
  enqueue,
  getSharedData,
  registerSharedQueue,
  resolveSharedQueue,
  setSharedData,
  SharedValue,
} from "./shared";
export { closeStream, contextDone, continueStream, sendLocalResponse, setEffectiveContext } from "./streams";
export { currentTimeNanoseconds, setTickPeriod } from "./time";
