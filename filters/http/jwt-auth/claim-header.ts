import {
  addHeader,
  Bytes,
  Fields,
  getHeader,
  HeaderMapType,
  Json,
  removeHeader,
  replaceHeader,
  Slice,
} from "meltemi/assembly";
import { attributeValue } from "meltemi/assembly/attributes";
import { Naming } from "./naming";
import { claimOf, claimText } from "./tokens";

const REQUEST = HeaderMapType.HttpRequestHeaders;
/** The header that carries spellings which HTTP's lower case would lose. */
const NAMES = Slice.fixed("x-meltemi-names");

/** A header that says what a verified token does, and nothing that a client says. */
export class ClaimHeader {
  private constructor(
    private claim: string,
    private header: Bytes,
    private spelling: Bytes | null,
  ) {}

  /** `{"claim": NAME, "header": NAME}`; what is wrong goes to the fields' problems. */
  static read(fields: Fields, naming: Naming): ClaimHeader {
    const claim = fields.requiredString("claim");
    const name = fields.requiredString("header");
    fields.done();
    return ClaimHeader.named(claim, name, naming);
  }

  /** @param claim may be anything where only `set` is used */
  static named(claim: string, name: string, naming: Naming): ClaimHeader {
    return new ClaimHeader(claim, naming.header(name), naming.spelling(name));
  }

  /** Whatever the client says here is gone. True: there was something. */
  clear(): bool {
    const header = this.header.view();
    if (getHeader(REQUEST, header) == null) return false;
    removeHeader(REQUEST, header);
    return true;
  }

  /** True: the token claims something that a header can say. */
  say(claims: Json): bool {
    const claim = claimOf(claims, this.claim);
    const text = claim != null ? claimText(claim) : null;
    if (text == null) return false;
    this.set(Bytes.of(text).view());
    return true;
  }

  set(value: Slice): void {
    replaceHeader(REQUEST, this.header.view(), attributeValue(value));
    const spelling = this.spelling;
    if (spelling != null) addHeader(REQUEST, NAMES, spelling.view());
  }
}
