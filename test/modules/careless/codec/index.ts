import { registerProtocol } from "meltemi/assembly/bridge";
import { CarelessProtocol } from "./careless";

registerProtocol("careless", () => new CarelessProtocol());

export * from "meltemi/assembly/proxy";
