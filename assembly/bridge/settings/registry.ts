import { Role, Settings } from "./settings";

// A configuration update makes a new root context in the same VM, while older connections stay with the old one. What
// they all read is here, one object for each use of the codec.
const known = new Map<string, Settings>();

/** The settings of this use: those that are there, brought up to date, else these. */
export function settingsOf(parsed: Settings): Settings {
  const key = (parsed.role == Role.Ingress ? "ingress " : "egress ") + parsed.scope;
  if (known.has(key)) {
    const existing = known.get(key);
    existing.update(parsed);
    return existing;
  }
  known.set(key, parsed);
  return parsed;
}
