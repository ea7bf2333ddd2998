import { Fields } from "meltemi/assembly";
import { Pattern } from "meltemi/assembly/requests";
import { asked } from "./asked";
import { Subject } from "./subjects";

/** Whether a subject has one of some values, or none of them. */
export class Test {
  private constructor(
    private subject: Subject,
    private patterns: Array<Pattern>,
    private negated: bool,
    /** It is a DENY policy's. */
    private denies: bool,
  ) {}

  /**
   * Reads the lists of two fields; a list that is not there, or is empty, asks for nothing.
   * @param attribute values are an attribute's
   */
  static readPair(
    fields: Fields,
    name: string,
    negatedName: string,
    subject: Subject,
    denies: bool,
    tests: Array<Test>,
    attribute: bool = false,
  ): void {
    const positive = fields.strings(name);
    if (positive.length > 0) tests.push(new Test(subject, patternsOf(positive, attribute), false, denies));
    const negative = fields.strings(negatedName);
    if (negative.length > 0) tests.push(new Test(subject, patternsOf(negative, attribute), true, denies));
  }

  holds(): bool {
    // What is not known is not allowed, and might be what is denied.
    if (this.subject.isContent && asked.isOpaque()) return this.denies;
    // Who says a name twice gets the worse of both: what matches is to be allowed by all values, and denied by one.
    const every = this.negated == this.denies;
    return this.subject.matches(this.patterns, every) != this.negated;
  }
}

function patternsOf(texts: Array<string>, attribute: bool): Array<Pattern> {
  const patterns: Array<Pattern> = [];
  for (let i = 0; i < texts.length; i++)
    patterns.push(attribute ? Pattern.ofAttribute(texts[i]) : Pattern.of(texts[i]));
  return patterns;
}
