import { registerRootContext, RootContext } from "meltemi/assembly";
import { AccessRoot } from "./root";

registerRootContext((id: i32): RootContext => new AccessRoot(id));

export * from "meltemi/assembly/proxy";
