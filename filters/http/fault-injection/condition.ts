import { Bytes, Fields, getHeader, HeaderMapType } from "meltemi/assembly";
import { attributeHeader, attributeValue } from "meltemi/assembly/attributes";

/** What must hold of one header, or attribute, for a fault to be thought of. */
export class Condition {
  private constructor(
    private header: Bytes,
    /** Any of these; none: the header is there. */
    private values: Array<Bytes>,
  ) {}

  /** `{"name": NAME, "values": [V, …]}`; what is wrong goes to the fields' problems. */
  static read(fields: Fields, attributes: bool): Condition {
    const name = fields.requiredString("name");
    const values = fields.strings("values");
    fields.done();
    const spelling = Bytes.of(attributes ? name : name.toLowerCase());
    const header = attributes ? Bytes.copyOf(attributeHeader(spelling.view())) : spelling;
    const forms: Array<Bytes> = [];
    for (let i = 0; i < values.length; i++) {
      const value = Bytes.of(values[i]);
      forms.push(attributes ? Bytes.copyOf(attributeValue(value.view())) : value);
    }
    return new Condition(header, forms);
  }

  /** In the callback of the request's headers. */
  holds(): bool {
    const found = getHeader(HeaderMapType.HttpRequestHeaders, this.header.view());
    if (found == null) return false;
    for (let i = 0; i < this.values.length; i++) {
      if (this.values[i].view().equals(found)) return true;
    }
    return this.values.length == 0;
  }
}
