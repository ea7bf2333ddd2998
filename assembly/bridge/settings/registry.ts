import { Slice } from "../../bytes";
import { Protocol } from "../../codec";
import { Problems } from "../../json";
import { Settings } from "./settings";

// A configuration update makes a new root context in the same VM, while older connections stay with the old one. What
// they all read is here, one object for each use of the codec.
const known = new Map<string, Settings>();

/**
 * The settings of the use that this configuration is for: those that are there, brought up to date, else new ones. Where
 * anything is wrong, null, and what is there stays as it is.
 */
export function settingsOf(bytes: Slice, protocol: () => Protocol, problems: Problems): Settings | null {
  const draft = new Settings(protocol());
  draft.read(bytes, problems);
  if (!problems.none) return null;
  if (!known.has(draft.use)) known.set(draft.use, draft);
  const settings = known.get(draft.use);
  if (settings != draft) settings.read(bytes, problems);
  return settings;
}
