export { type CallOptions, Client, type ClientOptions } from "./client.js";
export { CallError } from "./connection.js";
export { Decoder, ProtocolError, parse, type Received } from "./decoder.js";
export {
  encode,
  type Frame,
  HEAD_BYTES,
  type Headers,
  header,
  Kind,
  MAGIC,
  type Request,
  type Response,
  Status,
} from "./frame.js";
export { type Handler, type Reply, Server, type ServerOptions } from "./server.js";
