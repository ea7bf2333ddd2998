import { registerRootContext } from "meltemi/assembly";
import { PassingRoot } from "./passing";

registerRootContext((id: i32) => new PassingRoot(id));

export * from "meltemi/assembly/proxy";
