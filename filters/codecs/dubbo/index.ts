import { registerProtocol } from "meltemi/assembly/bridge";
import { DubboProtocol } from "./protocol";

registerProtocol("dubbo", () => new DubboProtocol());

export * from "meltemi/assembly/proxy";
