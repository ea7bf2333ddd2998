import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const KEPT_BYTES = 1024 * 1024;

/** A process that a test started: its output is kept, its memory can be read, and it ends with the test. */
export class Child {
  private readonly process: ChildProcess;
  private output = "";
  private ended: string | undefined;

  constructor(command: string, args: readonly string[]) {
    this.process = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output = (this.output + text).slice(-KEPT_BYTES);
      });
    }
    this.process.on("error", (error) => {
      this.ended = `could not be started: ${error.message}`;
    });
    this.process.on("exit", (code, signal) => {
      this.ended ??= `ended with ${signal ?? `code ${code}`}`;
    });
    process.once("exit", this.kill);
  }

  /** Why the process is gone; undefined while it runs. */
  get gone(): string | undefined {
    return this.ended;
  }

  /** The last of what it wrote. */
  get log(): string {
    return this.output;
  }

  /** Resident memory in bytes. */
  rss(): number {
    const status = readFileSync(`/proc/${this.pid()}/status`, "utf8");
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** Processor time used so far, in seconds. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.pid()}/stat`, "utf8");
    // proc(5): utime and stime are fields 14 and 15, in ticks of 10 ms; field 2 is in parentheses and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Ends the process, by force where it does not end by itself. */
  async stop(): Promise<void> {
    process.off("exit", this.kill);
    if (this.ended !== undefined) return;
    const exited = new Promise<void>((resolve) => this.process.once("exit", () => resolve()));
    this.process.kill("SIGTERM");
    await Promise.race([exited, delay(5_000, undefined, { ref: false }).then(() => this.kill())]);
    await exited;
  }

  private pid(): number {
    if (this.process.pid === undefined || this.ended !== undefined)
      throw new Error(`the process is gone: ${this.ended}`);
    return this.process.pid;
  }

  private readonly kill = (): void => {
    this.process.kill("SIGKILL");
  };
}
