import { registerRootContext, RootContext } from "meltemi/assembly";
import { JwtRoot } from "./root";

registerRootContext((id: i32): RootContext => new JwtRoot(id));

export * from "meltemi/assembly/proxy";
