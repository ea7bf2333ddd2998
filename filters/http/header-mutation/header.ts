import { addHeader, Bytes, getHeaders, HeaderMapType, removeHeader, replaceHeader, Slice } from "meltemi/assembly";
import { attributeHeader } from "meltemi/assembly/attributes";

/** The header that carries spellings which HTTP's lower case would lose. */
const NAMES = Slice.fixed("x-meltemi-names");

/** A header as a rule names it, with everything that needs no second look worked out when it was configured. */
export class Header {
  private constructor(
    /** As HTTP has it. */
    private bytes: Bytes,
    /** As the rule spells it; null where HTTP's form says it already. */
    private spelling: Bytes | null,
  ) {}

  static of(name: string, attributes: bool): Header {
    if (!attributes) return new Header(Bytes.of(name.toLowerCase()), null);
    const spelling = Bytes.of(name);
    const header = Bytes.copyOf(attributeHeader(spelling.view()));
    return new Header(header, header.view().equals(spelling.view()) ? null : spelling);
  }

  get name(): Slice {
    return this.bytes.view();
  }

  set(map: HeaderMapType, value: Slice): void {
    replaceHeader(map, this.name, value);
    this.spell(map);
  }

  add(map: HeaderMapType, value: Slice): void {
    addHeader(map, this.name, value);
    this.spell(map);
  }

  remove(map: HeaderMapType): void {
    removeHeader(map, this.name);
  }

  /** Gets all values of another header, instead of its own. False: the other is not there, and nothing changes. */
  setFrom(other: Header, map: HeaderMapType): bool {
    const name = other.name;
    const pairs = getHeaders(map);
    let first = true;
    while (pairs.next()) {
      if (!pairs.name.equals(name)) continue;
      if (first) this.set(map, pairs.value);
      else addHeader(map, this.name, pairs.value);
      first = false;
    }
    return !first;
  }

  private spell(map: HeaderMapType): void {
    const spelling = this.spelling;
    if (spelling != null) addHeader(map, NAMES, spelling.view());
  }
}
