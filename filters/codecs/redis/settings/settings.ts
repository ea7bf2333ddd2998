import { Bytes, Fields } from "meltemi/assembly";
import { AccessRules } from "./access";
import { Users } from "./users";

/** What the configuration says to all connections of a use. */
export class Settings {
  readonly clients: Users = new Users();
  /** How the proxy presents itself to servers; no password: not at all. */
  serverUser: Bytes = Bytes.of("");
  serverPassword: Bytes = Bytes.of("");
  readonly access: AccessRules = new AccessRules();
  refuseUnknown: bool = false;
  /** How many databases there are to SELECT. */
  databases: i32 = 16;

  read(fields: Fields): void {
    this.clients.read(fields.object("clients"));
    const server = fields.object("server");
    this.serverUser = Bytes.of(server.string("user", ""));
    this.serverPassword = Bytes.of(server.string("password", ""));
    server.done();
    this.access.read(fields.object("access"));
    this.refuseUnknown = fields.oneOf("unknownCommands", "pass", ["pass", "refuse"]) == "refuse";
    this.databases = <i32>fields.integer("databases", 16, 1, 16384);
  }
}
