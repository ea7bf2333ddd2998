import { registerSession } from "meltemi/assembly/bridge/session";
import { PostgreSql } from "./postgresql";

registerSession("postgresql", () => new PostgreSql());

export * from "meltemi/assembly/session";
