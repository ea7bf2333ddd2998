import type { WriteStream } from "node:tty";

/** Where the demo shows what goes on: redrawn in place on a terminal, plain lines elsewhere. */
export class Screen {
  private drawn = 0;

  constructor(private readonly out: NodeJS.WriteStream | WriteStream) {}

  get live(): boolean {
    return this.out.isTTY === true;
  }

  /** Takes the place of what was shown before. */
  show(lines: readonly string[]): void {
    const width = this.out.columns ?? 120;
    const up = this.drawn > 0 && this.live ? `\x1b[${this.drawn}A\x1b[J` : "";
    const shown = this.live ? lines.map((line) => line.slice(0, width - 1)) : lines;
    this.out.write(`${up}${shown.join("\n")}\n`);
    this.drawn = this.live ? shown.length : 0;
  }

  /** Stays, above what is shown. */
  say(line: string): void {
    const up = this.drawn > 0 ? `\x1b[${this.drawn}A\x1b[J` : "";
    this.out.write(`${up}${line}\n`);
    this.drawn = 0;
  }
}
