import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Step } from "./document.support.js";

/** How a reader's place differs from that of the text. */
export interface ReaderOptions {
  /** Where the first command runs. */
  readonly folder: string;
  /** Folders of programs, before those of this process. */
  readonly path: readonly string[];
  /** What stands in the text, and what takes its place: ports that are free here. */
  readonly instead: readonly (readonly [string | RegExp, string])[];
}

const PATIENCE_MS = 120_000;

/** Does what a document says, in a folder; what does not come as the text says is an error that names the line. */
export class DocumentReader {
  #folder: string;
  readonly #terminals = new Map<string, ChildProcess>();

  constructor(private readonly options: ReaderOptions) {
    this.#folder = options.folder;
  }

  /** Where the next command runs. */
  get folder(): string {
    return this.#folder;
  }

  async follow(step: Step): Promise<void> {
    try {
      if (step.does === "run") await this.#run(step);
      else if (step.does === "write") this.#write(step);
      else this.#change(step);
    } catch (error) {
      throw new Error(`line ${step.line}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Ends what runs in terminals. */
  async close(): Promise<void> {
    for (const name of this.#terminals.keys()) await this.#interrupt(name);
  }

  #write({ file, text, append }: Extract<Step, { does: "write" }>): void {
    const path = join(this.#folder, file);
    mkdirSync(dirname(path), { recursive: true });
    if (append) appendFileSync(path, `\n${this.#here(text)}`);
    else writeFileSync(path, this.#here(text));
  }

  #change({ file, from, to }: Extract<Step, { does: "change" }>): void {
    const path = join(this.#folder, file);
    const parts = readFileSync(path, "utf8").split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times what is to be changed`);
    writeFileSync(path, parts.join(to));
  }

  async #run({ script, terminal, prints, later }: Extract<Step, { does: "run" }>): Promise<void> {
    if (terminal !== undefined) return this.#start(terminal, script, prints);
    for (const end = Date.now() + PATIENCE_MS; ; await delay(250)) {
      const { code, out } = await this.#command(script);
      const done = code === 0 && (prints === undefined || this.#pattern(prints).test(out));
      if (done) return;
      if (!later || Date.now() > end) throw new Error(`ended with ${code}, expected ${prints ?? "0"}; it said\n${out}`);
    }
  }

  async #command(script: string): Promise<{ readonly code: number | null; readonly out: string }> {
    const child = this.#spawn(`${script}\npwd >&3`, "pipe");
    const [said, wrong, folder] = [1, 2, 3].map((fd) => text(child.stdio[fd] as NodeJS.ReadableStream));
    const [code] = (await once(child, "close")) as [number | null];
    const at = ((await folder) ?? "").trim();
    if (at !== "" && existsSync(at)) this.#folder = at;
    const out = (await said) ?? "";
    return { code, out: code === 0 ? out : `${out}${await wrong}` };
  }

  async #start(terminal: string, script: string, prints: string | undefined): Promise<void> {
    await this.#interrupt(terminal);
    const child = this.#spawn(script, "ignore");
    this.#terminals.set(terminal, child);
    let out = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        out += chunk.toString();
      });
    }
    const expected = prints === undefined ? /^/ : this.#pattern(prints);
    for (const end = Date.now() + PATIENCE_MS; !expected.test(out); await delay(50)) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`expected ${prints}; it said\n${out}`);
    }
  }

  /** Ctrl-C, which a terminal sends to all that runs in it. */
  async #interrupt(terminal: string): Promise<void> {
    const child = this.#terminals.get(terminal);
    this.#terminals.delete(terminal);
    if (child?.pid === undefined || child.exitCode !== null) return;
    process.kill(-child.pid, "SIGINT");
    await once(child, "close");
  }

  #spawn(script: string, last: "pipe" | "ignore"): ChildProcess {
    const path = [...this.options.path, process.env["PATH"]].join(":");
    return spawn("bash", ["-euo", "pipefail", "-c", this.#here(script)], {
      cwd: this.#folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", last],
      env: { ...plain(), PATH: path },
    });
  }

  #here(text: string): string {
    return this.options.instead.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
  }

  /** Whole lines, in this order, with others before and behind them. */
  #pattern(prints: string): RegExp {
    const escaped = this.#here(prints.trimEnd()).replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    return new RegExp(`^${escaped.replaceAll("…", ".*")}$`, "m");
  }
}

/** The environment without what this test's own runner put there. */
function plain(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_ENV|npm_|FORCE_COLOR)/.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: "1", npm_config_prefer_offline: "true" };
}
