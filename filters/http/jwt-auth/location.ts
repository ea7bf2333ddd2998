import { Bytes, Fields, getHeader, HeaderMapType, removeHeader, Slice } from "meltemi/assembly";
import { Naming } from "./naming";

/** Where a token stands in a request: a header or attribute, behind a prefix. */
export class Location {
  private constructor(
    private header: Bytes,
    private prefix: Bytes,
  ) {}

  /** `{"header": NAME, "prefix": P}`; what is wrong goes to the fields' problems. */
  static read(fields: Fields, naming: Naming): Location {
    const name = fields.requiredString("header");
    const prefix = fields.string("prefix", "");
    fields.done();
    return new Location(naming.header(name), Bytes.of(prefix));
  }

  /** RFC 6750, 2.1. */
  static usual(naming: Naming): Location {
    return new Location(naming.header("authorization"), Bytes.of("Bearer "));
  }

  /** Null: there is no token here. */
  token(): Slice | null {
    const value = getHeader(HeaderMapType.HttpRequestHeaders, this.header.view());
    const prefix = this.prefix.view();
    if (value == null || value.length <= prefix.length || !value.startsWith(prefix)) return null;
    return Slice.view(value.ptr + <usize>prefix.length, value.length - prefix.length);
  }

  /** The backend is not to see the token. */
  remove(): void {
    removeHeader(HeaderMapType.HttpRequestHeaders, this.header.view());
  }
}
