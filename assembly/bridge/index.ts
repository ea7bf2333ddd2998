export { CodecFactory, registerCodec, registerProtocol } from "./root";
