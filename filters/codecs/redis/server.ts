import { Slice, Writer } from "meltemi/assembly";
import { writeArray, writeBulk } from "./resp";
import { Settings } from "./settings";

/** Says to a server who the proxy is, where the settings do. Returns how many answers come. */
export function writeGreeting(settings: Settings, out: Writer): i32 {
  if (settings.serverPassword.length == 0) return 0;
  const withUser = settings.serverUser.length > 0;
  writeArray(out, withUser ? 3 : 2);
  writeBulk(out, AUTH);
  if (withUser) writeBulk(out, settings.serverUser.view());
  writeBulk(out, settings.serverPassword.view());
  return 1;
}

/**
 * Brings a server's connection from one state to another (`Client.state`): the version of the protocol, the database.
 * Returns how many answers come.
 */
export function writeState(from: i32, to: i32, out: Writer): i32 {
  let answers = 0;
  if ((from & 1) != (to & 1)) {
    writeArray(out, 2);
    writeBulk(out, HELLO);
    writeBulk(out, (to & 1) != 0 ? THREE : TWO);
    answers++;
  }
  if (from >> 1 == to >> 1) return answers;
  number.reset();
  number.decimal(to >> 1);
  writeArray(out, 2);
  writeBulk(out, SELECT);
  writeBulk(out, number.view());
  return answers + 1;
}

const number = new Writer();
const AUTH = Slice.fixed("AUTH");
const HELLO = Slice.fixed("HELLO");
const SELECT = Slice.fixed("SELECT");
const TWO = Slice.fixed("2");
const THREE = Slice.fixed("3");
