import { Bytes } from "meltemi/assembly";
import { attributeHeader } from "meltemi/assembly/attributes";

/** How a configuration's names become headers: as attributes of a protocol's, or as HTTP's own. */
export class Naming {
  constructor(readonly attributes: bool) {}

  header(name: string): Bytes {
    if (!this.attributes) return Bytes.of(name.toLowerCase());
    return Bytes.copyOf(attributeHeader(Bytes.of(name).view()));
  }

  /** A name as a backend is to read it; null where its header says it already. */
  spelling(name: string): Bytes | null {
    if (!this.attributes || name == name.toLowerCase()) return null;
    return Bytes.of(name);
  }
}
