import { Slice } from "meltemi/assembly";
import { Call, Is, words } from "../commands";
import { Settings } from "../settings";
import { Client } from "./client";

/** What becomes of a command. */
export enum Verdict {
  Pass,
  /** The proxy answers in a server's place. */
  Local,
  /** A server of its own from here on. */
  Pin,
  /** Who sends it has not said who they are. */
  NoAuth,
  /** Access rules deny it. */
  Denied,
  Unknown,
  /** Makes no sense through a proxy. */
  Refused,
  /** For a server of its own, but too long to be looked at. */
  TooLong,
}

/** Decides on a command; the same again as long as the client's state is the same. */
export function judge(call: Call, client: Client, settings: Settings): Verdict {
  const is = call.is;
  const greeting = is == Is.Auth || is == Is.Hello || is == Is.Quit || is == Is.Reset;
  if (!client.authenticated && !greeting) return Verdict.NoAuth;
  if (greeting) return Verdict.Local;
  if (call.command == null && settings.refuseUnknown) return Verdict.Unknown;
  if (is == Is.Refused || (is == Is.Client && call.word(1, REPLY) && !call.word(2, ON))) return Verdict.Refused;
  if (!settings.access.allows(client.user.view(), call)) return Verdict.Denied;
  if (isLocal(call)) return Verdict.Local;
  return pins(call) ? Verdict.Pin : Verdict.Pass;
}

function isLocal(call: Call): bool {
  const is = call.is;
  if (is == Is.Client) return call.word(1, KEPT);
  return is == Is.Ping || is == Is.Select || is == Is.Exec || is == Is.Discard || is == Is.Unwatch;
}

function pins(call: Call): bool {
  const is = call.is;
  if (is == Is.Multi || is == Is.Watch || is == Is.Monitor || is == Is.Subscribe || is == Is.Unsubscribe) return true;
  if (is == Is.Client) return call.word(1, MODES) && call.word(2, ON);
  return call.blocks;
}

const REPLY = words("reply");
const ON = words("on");
/** What clients say of themselves, with CLIENT. */
const KEPT = words("setname getname setinfo id reply");
export const MODES: Array<Slice> = words("tracking no-evict no-touch");
