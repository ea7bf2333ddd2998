import { Codec } from "meltemi/assembly";
import { registerCodec } from "meltemi/assembly/bridge";
import { AwesomeRpc } from "./awesomerpc";

registerCodec("awesomerpc", (): Codec => new AwesomeRpc());

export * from "meltemi/assembly/proxy";
