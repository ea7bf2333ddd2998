import { LogLevel, type VmLogLine } from "../host/vm/index.js";

/** A line: level, message, and whose it is. */
export type LogLine = VmLogLine;

/** What modules, and the host about them, have logged. */
export class Logs {
  readonly #lines: LogLine[] = [];

  /** All lines that were not taken, in order. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** The messages, from a level on. */
  messages(from: LogLevel = LogLevel.Trace): string[] {
    return this.#lines.filter(({ level }) => level >= from).map(({ message }) => message);
  }

  /** Takes everything out, so that the next look begins here. */
  take(): LogLine[] {
    return this.#lines.splice(0);
  }

  /** For the host. */
  add(line: LogLine): void {
    this.#lines.push(line);
  }

  /** One line a message. */
  toString(): string {
    return this.#lines.map(({ level, message }) => `${LogLevel[level].toLowerCase()} ${message}`).join("\n");
  }
}
