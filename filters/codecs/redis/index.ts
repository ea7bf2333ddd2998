import { registerProtocol } from "meltemi/assembly/bridge";
import { RedisProtocol } from "./protocol";

registerProtocol("redis", () => new RedisProtocol());

export * from "meltemi/assembly/proxy";
