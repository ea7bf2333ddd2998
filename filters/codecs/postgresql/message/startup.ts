// StartupMessage = length u32, version u32, *( name cstring, value cstring ), 0
import { Metadata, Slice } from "meltemi/assembly";
import { textAt } from "./wire";

const USER = Slice.fixed("user");
const DATABASE = Slice.fixed("database");

/** Reads a startup message's parameters as attributes. False: they are not well formed, or there is no user. */
export function readStartup(bytes: Slice, meta: Metadata): bool {
  const user = parameter(bytes, USER);
  if (user.length == 0 || !isWhole(bytes)) return false;
  const given = parameter(bytes, DATABASE);
  // The server's own rule: without a database, it is the one named as the user.
  const database = given.length == 0 ? user : given;
  meta.service = database;
  meta.set(USER, user);
  meta.set(DATABASE, database);
  for (let at = FIRST; at < bytes.length && bytes.at(at) != 0;) {
    const name = textAt(bytes, at);
    const value = textAt(bytes, at + name.length + 1);
    if (!name.equals(USER) && !name.equals(DATABASE)) meta.add(name, value);
    at += name.length + value.length + 2;
  }
  return true;
}

/** The last of this name, as the server takes it; empty where there is none. */
function parameter(bytes: Slice, wanted: Slice): Slice {
  let found = Slice.empty();
  for (let at = FIRST; at < bytes.length && bytes.at(at) != 0;) {
    const name = textAt(bytes, at);
    const value = textAt(bytes, at + name.length + 1);
    if (name.equals(wanted)) found = value;
    at += name.length + value.length + 2;
  }
  return found;
}

/** Do the parameters end where the message does? */
function isWhole(bytes: Slice): bool {
  let at = FIRST;
  while (at < bytes.length && bytes.at(at) != 0) {
    at += textAt(bytes, at).length + 1;
    at += textAt(bytes, at).length + 1;
  }
  return at == bytes.length - 1;
}

const FIRST: i32 = 8;
