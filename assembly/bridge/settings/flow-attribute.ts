import { attributeHeader } from "../../attributes";
import { Bytes } from "../../bytes";
import { ValueClasses } from "./value-classes";

/** An attribute that rules look at. */
export class FlowAttribute {
  readonly name: Bytes;
  readonly header: Bytes;

  /** @param classes null: every value may have a way of its own */
  constructor(
    name: string,
    readonly classes: ValueClasses | null,
  ) {
    const bytes = Bytes.of(name);
    this.name = bytes;
    this.header = Bytes.copyOf(attributeHeader(bytes.view()));
  }
}
