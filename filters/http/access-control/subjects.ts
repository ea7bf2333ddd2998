import { Bytes, getHeader, HeaderMapType, getProperty, Slice } from "meltemi/assembly";
import { attributeHeader } from "meltemi/assembly/attributes";
import { anyMatches, Pattern } from "meltemi/assembly/requests";
import { asked } from "./asked";

/** What of a request a test looks at. */
export abstract class Subject {
  /** It is something that the request itself says: of one that no codec can read, it is not known. */
  get isContent(): bool {
    return true;
  }

  /**
   * Does one of the patterns match?
   * @param every of several values, all must match; of none, none does
   */
  matches(patterns: Array<Pattern>, every: bool): bool {
    const value = this.value();
    return value != null && anyMatches(patterns, value);
  }

  /** Null: the request does not have it. */
  protected value(): Slice | null {
    return null;
  }
}

export class Principal extends Subject {
  get isContent(): bool {
    return false;
  }

  protected value(): Slice | null {
    return asked.principal();
  }
}

export class Namespace extends Subject {
  get isContent(): bool {
    return false;
  }

  protected value(): Slice | null {
    return asked.namespace();
  }
}

export class Service extends Subject {
  protected value(): Slice | null {
    return asked.target.service();
  }
}

export class Operation extends Subject {
  protected value(): Slice | null {
    return asked.target.operation();
  }
}

/** A header of HTTP's own, as it is. */
export class HeaderText extends Subject {
  private name: Bytes;

  constructor(name: string) {
    super();
    this.name = Bytes.of(name);
  }

  protected value(): Slice | null {
    return getHeader(HeaderMapType.HttpRequestHeaders, this.name.view());
  }
}

/** A property of the proxy. */
export class Property extends Subject {
  get isContent(): bool {
    return false;
  }

  private path: Bytes;

  constructor(parts: Array<string>) {
    super();
    this.path = Bytes.of(parts.join("\0"));
  }

  protected value(): Slice | null {
    return getProperty(this.path.view());
  }
}

/** An attribute, or a header where there are no attributes: a request may have it several times. */
export class Attribute extends Subject {
  private header: Bytes;

  constructor(name: string, attributes: bool) {
    super();
    const spelling = Bytes.of(attributes ? name : name.toLowerCase());
    this.header = attributes ? Bytes.copyOf(attributeHeader(spelling.view())) : spelling;
  }

  matches(patterns: Array<Pattern>, every: bool): bool {
    const header = this.header.view();
    const pairs = asked.headers();
    let found = false;
    while (pairs.next()) {
      if (!pairs.name.equals(header)) continue;
      found = true;
      if (anyMatches(patterns, pairs.value) != every) return !every;
    }
    return found && every;
  }
}
