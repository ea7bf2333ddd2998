import { Bytes, Slice } from "../../bytes";
import { plain } from "./plain";

const MOST_VERSIONS: i32 = 32;
const MOST_BYTES: i32 = 60;

const UNKNOWN: i32 = 0;
const OTHER: i32 = 1;

/** The versions of a service's backends by number, as they come; those beyond the bound share one. */
export class Versions {
  private known: Array<Bytes> = [Bytes.of(""), Bytes.of("")];
  private names: Array<string> = ["unknown", "other"];
  /** The one asked for last. */
  private recent: i32 = UNKNOWN;

  /** @param version null or empty where nobody says it */
  numberOf(version: Slice | null): i32 {
    if (version == null || version.length == 0) return UNKNOWN;
    if (unchecked(this.known[this.recent]).view().equals(version)) return this.recent;
    for (let i = OTHER + 1; i < this.known.length; i++) {
      if (!unchecked(this.known[i]).view().equals(version)) continue;
      this.recent = i;
      return i;
    }
    return this.admit(version);
  }

  nameAt(number: i32): string {
    return unchecked(this.names[number]);
  }

  private admit(version: Slice): i32 {
    if (this.known.length == MOST_VERSIONS) return OTHER;
    const name = plain(version);
    this.names.push(name.length > MOST_BYTES ? name.substring(0, MOST_BYTES) : name);
    this.recent = this.known.push(Bytes.copyOf(version)) - 1;
    return this.recent;
  }
}
