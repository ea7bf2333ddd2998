/** What the configuration says to all connections of a use. */
export class Settings {
  /** Are clients told by the read-only event that a connection is about to end? */
  readOnlyEvent: bool = true;
}
