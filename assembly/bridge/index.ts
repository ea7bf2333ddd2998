export { CodecFactory, registerCodec } from "./root";
