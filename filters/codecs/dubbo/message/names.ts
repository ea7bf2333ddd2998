import { Slice } from "meltemi/assembly";

// Attributes that are Dubbo's own, and the attachments that say the same.
export const INTERFACE: Slice = Slice.fixed("interface");
export const METHOD: Slice = Slice.fixed("method");
export const VERSION: Slice = Slice.fixed("version");
export const GROUP: Slice = Slice.fixed("group");
export const PATH: Slice = Slice.fixed("path");
export const TIMEOUT: Slice = Slice.fixed("timeout");
export const NO_VERSION: Slice = Slice.fixed("0.0.0");

/** An attachment with one of the names that `Metadata.set` has taken. */
export function isOwn(name: Slice): bool {
  return name.equals(INTERFACE) || name.equals(METHOD) || name.equals(VERSION) || name.equals(GROUP);
}
