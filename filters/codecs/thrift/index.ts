import { registerCodec } from "meltemi/assembly/bridge";
import { Thrift } from "./thrift";

registerCodec("thrift", () => new Thrift());

export * from "meltemi/assembly/proxy";
