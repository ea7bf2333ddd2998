import { registerRootContext, RootContext } from "meltemi/assembly";
import { FaultRoot } from "./root";

registerRootContext((id: i32): RootContext => new FaultRoot(id));

export * from "meltemi/assembly/proxy";
