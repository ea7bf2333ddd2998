import { Bytes, Slice } from "meltemi/assembly";
import { defaultUser, Settings } from "../settings";

let lastId: u64 = 0;

/** What a connection has said of itself, which the proxy keeps in the server's place. */
export class Client {
  readonly id: u64 = ++lastId;
  authenticated: bool;
  user: Bytes = Bytes.copyOf(defaultUser());
  resp3: bool = false;
  database: i32 = 0;
  name: Bytes = Bytes.of("");
  /** Has it said QUIT? */
  leaving: bool = false;

  constructor(private settings: Settings) {
    this.authenticated = settings.clients.open;
  }

  /** What a server's connection has to be like: bit 0 says RESP3, the rest is the database. */
  get state(): i32 {
    return (this.database << 1) | (this.resp3 ? 1 : 0);
  }

  admit(user: Slice): void {
    this.authenticated = true;
    if (!this.user.view().equals(user)) this.user = Bytes.copyOf(user);
  }

  /** As a new connection. */
  reset(): void {
    this.authenticated = this.settings.clients.open;
    this.user = Bytes.copyOf(defaultUser());
    this.resp3 = false;
    this.database = 0;
    this.name = Bytes.of("");
  }
}
