import { registerRootContext, RootContext } from "meltemi/assembly";
import { LimitRoot } from "./root";

registerRootContext((id: i32): RootContext => new LimitRoot(id));

export * from "meltemi/assembly/proxy";
