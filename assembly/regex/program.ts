import { Characters } from "./characters";
import { Assertion, Kind, Node } from "./node";

/** So many steps a program has at most: each may cost something with each character of a text. */
export const MOST_STEPS: i32 = 4000;

/** What a step does. */
export enum Op {
  /** Takes a code point of `sets[x]`. */
  Take,
  /** Goes on at `x`, and at `y`. */
  Fork,
  /** Goes on at the next one where the place `x` is. */
  Assert,
  /** The expression has matched. */
  Done,
}

/** The steps of an expression. */
export class Program {
  ops: Array<Op> = [];
  x: Array<i32> = [];
  y: Array<i32> = [];
  sets: Array<Characters> = [];

  constructor(node: Node) {
    this.append(node);
    this.step(Op.Done);
  }

  /** It would have had more of them. */
  get tooLarge(): bool {
    return this.ops.length > MOST_STEPS;
  }

  private append(node: Node): void {
    if (this.tooLarge) return;
    if (node.kind == Kind.One) {
      this.sets.push(node.characters!);
      this.step(Op.Take, this.sets.length - 1);
    } else if (node.kind == Kind.Assertion) this.step(Op.Assert, node.assertion);
    else if (node.kind == Kind.All) {
      for (let i = 0; i < node.parts.length; i++) this.append(node.parts[i]);
    } else if (node.kind == Kind.Any) this.appendAny(node.parts);
    else if (node.kind == Kind.Repeat) this.appendRepeat(node);
  }

  private appendAny(parts: Array<Node>): void {
    const ends: Array<i32> = [];
    for (let i = 0; i < parts.length - 1; i++) {
      const fork = this.step(Op.Fork);
      this.x[fork] = fork + 1;
      this.append(parts[i]);
      ends.push(this.step(Op.Fork));
      this.y[fork] = this.ops.length;
    }
    this.append(parts[parts.length - 1]);
    for (let i = 0; i < ends.length; i++) {
      this.x[ends[i]] = this.ops.length;
      this.y[ends[i]] = this.ops.length;
    }
  }

  private appendRepeat(node: Node): void {
    const part = node.parts[0];
    for (let i = 0; i < node.least; i++) this.append(part);
    if (node.most < 0) {
      const fork = this.step(Op.Fork);
      this.x[fork] = fork + 1;
      this.append(part);
      this.step(Op.Fork, fork, fork);
      this.y[fork] = this.ops.length;
      return;
    }
    const forks: Array<i32> = [];
    for (let i = node.least; i < node.most && !this.tooLarge; i++) {
      const fork = this.step(Op.Fork);
      this.x[fork] = fork + 1;
      forks.push(fork);
      this.append(part);
    }
    for (let i = 0; i < forks.length; i++) this.y[forks[i]] = this.ops.length;
  }

  private step(op: Op, x: i32 = 0, y: i32 = 0): i32 {
    this.ops.push(op);
    this.x.push(x);
    this.y.push(y);
    return this.ops.length - 1;
  }
}
