import { registerCodec } from "meltemi/assembly/bridge";
import { Dubbo } from "./dubbo";

registerCodec("dubbo", () => new Dubbo());

export * from "meltemi/assembly/proxy";
