import { AccessRules } from "./access";

/** What the configuration says to all connections of a use. */
export class Settings {
  /** Are requests for TLS passed on, with all that follows unseen? Else they are refused, and clients go on without. */
  opaqueTls: bool = false;
  /** Are sessions of a protocol version that we do not know passed on unseen? Else they are refused. */
  passUnknown: bool = false;
  readonly access: AccessRules = new AccessRules();
}
