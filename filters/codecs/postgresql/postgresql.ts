import { Fields, SessionCodec, SessionProtocol } from "meltemi/assembly";
import { AccessRules } from "./access";
import { PostgreSqlSession } from "./session";
import { Settings } from "./settings";
import { nameOfState } from "./state";

/** PostgreSQL, protocol 3. */
export class PostgreSql extends SessionProtocol {
  private settings: Settings = new Settings();

  configure(fields: Fields): void {
    this.settings.opaqueTls = fields.oneOf("tls", "refuse", ["refuse", "opaque"]) == "opaque";
    this.settings.passUnknown = fields.oneOf("unknown", "refuse", ["refuse", "pass"]) == "pass";
    this.settings.access.read(fields.object("access"));
  }

  connect(): SessionCodec {
    return new PostgreSqlSession(this.settings);
  }

  nameOf(code: i32): string {
    return nameOfState(code);
  }
}
