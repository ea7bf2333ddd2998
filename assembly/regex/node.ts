import { Characters } from "./characters";

/** What a part of an expression is. */
export enum Kind {
  /** Nothing, which always matches. */
  Empty,
  /** One code point of `characters`. */
  One,
  /** `parts`, one after the other. */
  All,
  /** One of `parts`. */
  Any,
  /** `parts[0]`, `least` to `most` times; -1: without an end. */
  Repeat,
  /** A place between code points: `assertion`. */
  Assertion,
}

/** A place in a text. */
export enum Assertion {
  TextBegins,
  TextEnds,
  LineBegins,
  LineEnds,
  WordBoundary,
  NoWordBoundary,
}

/** A part of an expression. */
export class Node {
  characters: Characters | null = null;
  assertion: Assertion = Assertion.TextBegins;
  least: i32 = 0;
  most: i32 = 0;
  parts: Array<Node> = [];

  constructor(readonly kind: Kind) {}

  /** A place. */
  static at(assertion: Assertion): Node {
    const node = new Node(Kind.Assertion);
    node.assertion = assertion;
    return node;
  }

  /** A code point of these. */
  static of(characters: Characters): Node {
    const node = new Node(Kind.One);
    node.characters = characters;
    return node;
  }

  /** A part, so many times. */
  static repeated(part: Node, least: i32, most: i32): Node {
    const node = new Node(Kind.Repeat);
    node.least = least;
    node.most = most;
    node.parts.push(part);
    return node;
  }
}
