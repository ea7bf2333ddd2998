import { relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Control, formatProblem, type Model, type Problem, startControl } from "../../control/index.js";
import { type RunningProxy, Screen, startProxy, table, untilServed, verdict } from "../demo/index.js";
import { Journal } from "./journal.js";
import { Mesh } from "./mesh.js";
import { pages, steadily } from "./traffic.js";

export interface DemoOptions {
  /** The folder of rules. */
  readonly rules: string;
  /** Path of an Envoy, in the place of Meltemi's own host. */
  readonly envoy?: string;
  /** A fixed number of pages and a verdict; without it the demo goes on until the signal. */
  readonly pages?: number;
  readonly pagesPerSecond: number;
  readonly signal: AbortSignal;
  readonly out: NodeJS.WriteStream;
}

/** Calls that the table looks back on, at most as far as the last change of the rules. */
const WINDOW = 1000;
/** The exit code of what Ctrl-C has ended before its time. */
const INTERRUPTED = 130;
const REDRAW_MS = 500;
const PLAIN_MS = 2000;

/** Runs the bookinfo. The answer is the process's exit code. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const demo = new Demo(options);
  try {
    await demo.start();
    return options.pages === undefined ? await demo.untilStopped() : await demo.once(options.pages);
  } finally {
    await demo.close();
  }
}

class Demo {
  private readonly screen: Screen;
  private readonly journal: Journal;
  private readonly mesh: Mesh;
  private control: Control | undefined;
  private proxy: RunningProxy | undefined;
  private model: Model | undefined;
  private problems: readonly Problem[] = [];

  constructor(private readonly options: DemoOptions) {
    this.screen = new Screen(options.out);
    this.journal = new Journal(options.pages === undefined ? WINDOW : undefined);
    this.mesh = new Mesh(this.journal);
  }

  async start(): Promise<void> {
    const { rules, envoy } = this.options;
    this.control = await startControl({
      rules,
      onModel: (model) => this.follow(model),
      onProblems: (problems) => this.report(problems),
    });
    if (this.model === undefined) throw new Error("the rules have errors");
    await this.mesh.follow(this.model);
    this.proxy = await startProxy(envoy, this.control.port, "bookinfo");
    await untilServed(this.model);
    const where = `admin on http://127.0.0.1:${this.proxy.adminPort}`;
    this.screen.say(`bookinfo on ${envoy === undefined ? "the TypeScript host" : `Envoy (${envoy})`}, ${where}`);
  }

  /** Live traffic until the signal. */
  async untilStopped(): Promise<number> {
    const { pagesPerSecond, signal, rules } = this.options;
    this.screen.say(
      `Edit the rules in ${relative(process.cwd(), rules) || rules} and see where requests go. Ctrl-C ends.`,
    );
    const draw = () => this.screen.show(this.lines());
    const timer = setInterval(draw, this.screen.live ? REDRAW_MS : PLAIN_MS);
    await steadily(this.mesh.caller("reader", "productpage"), pagesPerSecond, signal);
    clearInterval(timer);
    draw();
    return 0;
  }

  /** A fixed number of pages, and whether all went as the rules say. */
  async once(count: number): Promise<number> {
    const { signal } = this.options;
    await pages(this.mesh.caller("reader", "productpage"), count, signal);
    if (signal.aborted) return INTERRUPTED;
    await this.settled();
    const findings = this.model === undefined ? [] : verdict(this.model, this.journal.entries);
    const cut = this.mesh.reconnections;
    findings.push({ ok: cut === 0, text: `${cut} connections cut` });
    for (const line of this.lines()) this.screen.say(line);
    for (const { ok, text } of findings) this.screen.say(`${ok ? "ok  " : "NOT "} ${text}`);
    return findings.every(({ ok }) => ok) ? 0 : 1;
  }

  async close(): Promise<void> {
    await this.mesh.close();
    await this.proxy?.close();
    await this.control?.close();
  }

  private lines(): string[] {
    return this.model === undefined
      ? []
      : ["", ...table(this.model, this.journal.entries), ...this.problems.map(formatProblem)];
  }

  private follow(model: Model): void {
    const first = this.model === undefined;
    this.model = model;
    if (first) return;
    // The table is about the rules that are in force.
    if (this.options.pages === undefined) this.journal.clear();
    this.screen.say(
      `${new Date().toLocaleTimeString()} the rules have changed; ${this.mesh.reconnections} connections cut so far`,
    );
    this.mesh.follow(model).catch((error: unknown) => this.screen.say(String(error)));
  }

  private report(problems: readonly Problem[]): void {
    this.problems = problems;
    for (const problem of problems) this.screen.say(formatProblem(problem));
  }

  /** Copies of the last requests may still be on their way. */
  private async settled(): Promise<void> {
    const arrived = () => this.journal.entries.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
    for (let before = -1, now = arrived(); before !== now; now = arrived()) {
      before = now;
      await delay(250);
    }
  }
}
