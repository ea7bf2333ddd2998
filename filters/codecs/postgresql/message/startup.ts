// StartupMessage = length u32, version u32, *( name cstring, value cstring ), 0
import { Metadata, Slice } from "meltemi/assembly";
import { textAt } from "./wire";

const USER = Slice.fixed("user");
const DATABASE = Slice.fixed("database");

/** Reads a startup message's parameters as attributes. False: they are not well formed, or there is no user. */
export function readStartup(bytes: Slice, meta: Metadata): bool {
  let at = 8;
  let user: Slice | null = null;
  let database: Slice | null = null;
  while (at < bytes.length && bytes.at(at) != 0) {
    const name = textAt(bytes, at);
    at += name.length + 1;
    if (at >= bytes.length) return false;
    const value = textAt(bytes, at);
    at += value.length + 1;
    if (name.equals(USER)) user = value;
    else if (name.equals(DATABASE)) database = value;
    else meta.add(name, value);
  }
  if (user == null || user.length == 0 || at != bytes.length - 1) return false;
  // The server's own rule: without a database, it is the one named as the user.
  const chosen = database == null || database.length == 0 ? user : database;
  meta.service = chosen;
  meta.set(USER, user);
  meta.set(DATABASE, chosen);
  return true;
}
