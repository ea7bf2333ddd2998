import { Bytes, Slice, Writer } from "meltemi/assembly";
import { Call, Is, words } from "../commands";
import {
  beginError,
  endLine,
  integerOf,
  writeArray,
  writeBulk,
  writeInteger,
  writeNull,
  writeSimple,
  writeText,
} from "../resp";
import { defaultUser, Settings } from "../settings";
import { Client } from "./client";
import { Verdict } from "./verdict";

const MAX_TEXT: i32 = 128;

/** Writes the answer to a command that `judge` did not pass, and does what it says to the client's state. */
export function answerLocally(verdict: Verdict, call: Call, client: Client, settings: Settings, out: Writer): void {
  if (verdict == Verdict.NoAuth) {
    writeSimpleError(out, NOAUTH);
  } else if (verdict == Verdict.Denied) {
    beginError(out, NOPERM);
    const user = client.user.view();
    writeText(out, user, MAX_TEXT);
    out.bytes(NO_PERMISSIONS);
    writeCommand(call, out);
    out.bytes(COMMAND_END);
    endLine(out);
  } else if (verdict == Verdict.Unknown || verdict == Verdict.Refused || verdict == Verdict.TooLong) {
    beginError(out, verdict == Verdict.Unknown ? UNKNOWN : verdict == Verdict.Refused ? REFUSED : TOO_LONG);
    writeCommand(call, out);
    out.u8(0x27);
    endLine(out);
  } else {
    answer(call, client, settings, out);
  }
}

function answer(call: Call, client: Client, settings: Settings, out: Writer): void {
  const is = call.is;
  const args = call.arguments;
  if (is == Is.Ping) {
    if (args.total > 2) wrongNumber(call, out);
    else if (args.total == 2) writeBulk(out, args.at(1));
    else writeSimple(out, PONG);
  } else if (is == Is.Auth) {
    authenticate(call, client, settings, out);
  } else if (is == Is.Hello) {
    hello(call, client, settings, out);
  } else if (is == Is.Select) {
    select(call, client, settings, out);
  } else if (is == Is.Client) {
    aboutClient(call, client, out);
  } else if (is == Is.Reset) {
    client.reset();
    writeSimple(out, RESET);
  } else if (is == Is.Exec || is == Is.Discard) {
    writeSimpleError(out, is == Is.Exec ? EXEC_WITHOUT : DISCARD_WITHOUT);
  } else {
    client.leaving = is == Is.Quit;
    writeSimple(out, OK);
  }
}

/** AUTH [user] password */
function authenticate(call: Call, client: Client, settings: Settings, out: Writer): void {
  const args = call.arguments;
  if (args.total != 2 && args.total != 3) wrongNumber(call, out);
  else if (settings.clients.open) writeSimpleError(out, NO_PASSWORD);
  else if (admit(args.total == 3 ? args.at(1) : defaultUser(), args.at(args.total - 1), client, settings)) {
    writeSimple(out, OK);
  } else {
    writeSimpleError(out, WRONGPASS);
  }
}

function admit(user: Slice, password: Slice, client: Client, settings: Settings): bool {
  if (!settings.clients.admits(user, password)) return false;
  client.admit(user);
  return true;
}

/** HELLO [version [AUTH user password] [SETNAME name]] */
function hello(call: Call, client: Client, settings: Settings, out: Writer): void {
  const args = call.arguments;
  const version = args.total > 1 ? integerOf(args.at(1), 0) : client.resp3 ? 3 : 2;
  if (version != 2 && version != 3) {
    writeSimpleError(out, NOPROTO);
    return;
  }
  let name = client.name;
  for (let i = 2; i < args.total;) {
    if (call.word(i, AUTH) && i + 2 < args.total) {
      if (!settings.clients.open && !admit(args.at(i + 1), args.at(i + 2), client, settings)) {
        writeSimpleError(out, WRONGPASS);
        return;
      }
      i += 3;
    } else if (call.word(i, SETNAME) && i + 1 < args.total) {
      name = Bytes.copyOf(args.at(i + 1));
      i += 2;
    } else {
      writeSimpleError(out, HELLO_SYNTAX);
      return;
    }
  }
  if (!client.authenticated) {
    writeSimpleError(out, HELLO_NOAUTH);
    return;
  }
  client.name = name;
  client.resp3 = version == 3;
  writeHello(client, version, out);
}

function writeHello(client: Client, version: i32, out: Writer): void {
  out.bytes(client.resp3 ? HELLO_MAP : HELLO_ARRAY);
  writeBulk(out, PROTO);
  writeInteger(out, version);
  writeBulk(out, ID);
  writeInteger(out, client.id);
  out.bytes(HELLO_END);
}

function select(call: Call, client: Client, settings: Settings, out: Writer): void {
  const args = call.arguments;
  const database = integerOf(args.at(1), -1);
  if (args.total != 2) {
    wrongNumber(call, out);
  } else if (database < 0 || database >= settings.databases) {
    writeSimpleError(out, OUT_OF_RANGE);
  } else {
    client.database = database;
    writeSimple(out, OK);
  }
}

function aboutClient(call: Call, client: Client, out: Writer): void {
  const args = call.arguments;
  if (call.word(1, GETNAME)) {
    if (client.name.length == 0) writeNull(out, client.resp3);
    else writeBulk(out, client.name.view());
  } else if (call.word(1, ID_WORD)) {
    writeInteger(out, client.id);
  } else {
    if (call.word(1, SETNAME)) client.name = Bytes.copyOf(args.at(2));
    writeSimple(out, OK);
  }
}

function wrongNumber(call: Call, out: Writer): void {
  beginError(out, WRONG_NUMBER);
  writeCommand(call, out);
  out.bytes(COMMAND_END);
  endLine(out);
}

/** The command's name, as Redis' messages have it. */
function writeCommand(call: Call, out: Writer): void {
  writeText(out, call.name(), MAX_TEXT);
  const sub = call.subcommand();
  if (sub.length == 0) return;
  out.u8(0x7c);
  writeText(out, sub, MAX_TEXT);
}

function writeSimpleError(out: Writer, text: Slice): void {
  beginError(out, text);
  endLine(out);
}

const OK = Slice.fixed("OK");
const PONG = Slice.fixed("PONG");
const RESET = Slice.fixed("RESET");
const AUTH = words("auth");
const SETNAME = words("setname");
const GETNAME = words("getname");
const ID_WORD = words("id");
const PROTO = Slice.fixed("proto");
const ID = Slice.fixed("id");
const HELLO_MAP = Slice.fixed("%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.0.0\r\n");
const HELLO_ARRAY = Slice.fixed("*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.0.0\r\n");
const HELLO_END = Slice.fixed(
  "$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n",
);

// The words are Redis' own where it has some: clients know them.
const NOAUTH = Slice.fixed("NOAUTH Authentication required.");
const WRONGPASS = Slice.fixed("WRONGPASS invalid username-password pair or user is disabled.");
const NO_PASSWORD = Slice.fixed(
  "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
);
const HELLO_NOAUTH = Slice.fixed(
  "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
);
const NOPROTO = Slice.fixed("NOPROTO unsupported protocol version");
const HELLO_SYNTAX = Slice.fixed("ERR Syntax error in HELLO");
const OUT_OF_RANGE = Slice.fixed("ERR DB index is out of range");
const EXEC_WITHOUT = Slice.fixed("ERR EXEC without MULTI");
const DISCARD_WITHOUT = Slice.fixed("ERR DISCARD without MULTI");
const NOPERM = Slice.fixed("NOPERM User ");
const NO_PERMISSIONS = Slice.fixed(" has no permissions to run the '");
const COMMAND_END = Slice.fixed("' command");
const WRONG_NUMBER = Slice.fixed("ERR wrong number of arguments for '");
const UNKNOWN = Slice.fixed("ERR unknown command '");
const REFUSED = Slice.fixed("ERR meltemi: not through a proxy: '");
const TOO_LONG = Slice.fixed("ERR meltemi: too long for a command with a server of its own: '");
