import { relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Control,
  type Endpoint,
  formatProblem,
  type Model,
  type Service,
  startControl,
} from "../../control/index.js";
import type { Call, Entry } from "./calls.js";
import { addressOf, backendName } from "./names.js";
import { type RunningProxy, startProxy, untilServed } from "./proxy.js";
import { Screen } from "./screen.js";
import { table } from "./table.js";
import { verdict } from "./verdict.js";

/** A client of a service, through the proxy. */
export interface Client {
  /** Makes the request of this number, counted from 0, and says what it was and what became of it. */
  request(number: number): Promise<Omit<Call, "host" | "milliseconds" | "responseAttributes">>;
  close(): Promise<void>;
}

/** A demo whose backends are real servers of a protocol. */
export interface Example {
  readonly name: string;
  /** How many requests make a demo with an end. */
  readonly requests: number;
  /** Why it cannot run on this machine; looked at first. */
  missing?(): Promise<string | undefined> | string | undefined;
  /** Starts the server that the rules name here; when asked who it is, it says `backend`. */
  serve(endpoint: Endpoint, backend: string): Promise<{ close(): Promise<void> }>;
  /** A client of the service, which the proxy serves at `service.bind`. */
  connect(service: Service): Promise<Client>;
}

export interface ExampleOptions {
  /** The folder of rules. */
  readonly rules: string;
  /** Path of an Envoy, in the place of Meltemi's own host. */
  readonly envoy?: string;
  /** A fixed number of requests and a verdict; without it the demo goes on until the signal. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  readonly out: NodeJS.WriteStream;
}

/** Calls that the table looks back on. */
const WINDOW = 500;
const PAUSE_MS = 50;
const REDRAW_MS = 1000;
/** The exit code of what Ctrl-C has ended before its time. */
const INTERRUPTED = 130;

/** Runs a demo. The answer is the process's exit code. */
export async function runExample(example: Example, options: ExampleOptions): Promise<number> {
  const screen = new Screen(options.out);
  const why = await example.missing?.();
  if (why !== undefined) {
    screen.say(`skipped: ${example.name}, ${why}`);
    return 0;
  }
  const running = new Running(example, options, screen);
  try {
    await running.start();
    return options.once ? await running.once() : await running.untilStopped();
  } finally {
    await running.close();
  }
}

class Running {
  private readonly closers: (() => Promise<void>)[] = [];
  private readonly servers = new Set<string>();
  private readonly clients = new Map<string, Client>();
  private entries: Entry[] = [];
  private model: Model = { services: [] };

  constructor(
    private readonly example: Example,
    private readonly options: ExampleOptions,
    private readonly screen: Screen,
  ) {}

  async start(): Promise<void> {
    const { rules, envoy } = this.options;
    const control: Control = await startControl({
      rules,
      onModel: (model) => this.follow(model),
      onProblems: (problems) => {
        for (const problem of problems) this.screen.say(formatProblem(problem));
      },
    });
    this.closers.push(() => control.close());
    if (this.model.services.length === 0) throw new Error("the rules have errors, or name no service");
    await this.serveAll();
    const proxy: RunningProxy = await startProxy(envoy, control.port, this.example.name);
    this.closers.push(() => proxy.close());
    await untilServed(this.model);
    for (const service of this.model.services) {
      const client = await this.example.connect(service);
      this.closers.push(() => client.close());
      this.clients.set(service.host, client);
    }
    const where = envoy === undefined ? "the TypeScript host" : `Envoy (${envoy})`;
    this.screen.say(`${this.example.name} on ${where}, admin on http://127.0.0.1:${proxy.adminPort}`);
  }

  /** A fixed number of requests, and whether all went as the rules say. */
  async once(): Promise<number> {
    for (let number = 0; number < this.example.requests; number++) {
      if (this.options.signal.aborted) return INTERRUPTED;
      await this.request(number);
    }
    const findings = verdict(this.model, this.entries);
    for (const line of this.lines()) this.screen.say(line);
    for (const { ok, text } of findings) this.screen.say(`${ok ? "ok  " : "NOT "} ${text}`);
    return findings.every(({ ok }) => ok) ? 0 : 1;
  }

  /** Live traffic until the signal. */
  async untilStopped(): Promise<number> {
    const { rules, signal } = this.options;
    this.screen.say(`Edit the rules in ${relative(process.cwd(), rules) || rules}: the traffic follows. Ctrl-C ends.`);
    const timer = setInterval(() => this.screen.show(this.lines()), REDRAW_MS);
    for (let number = 0; !signal.aborted; number++) {
      await this.request(number);
      if (this.entries.length > WINDOW) this.entries.shift();
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
    clearInterval(timer);
    this.screen.show(this.lines());
    return 0;
  }

  /** The last started goes first: nobody is to notice that another is gone. */
  async close(): Promise<void> {
    for (let closer = this.closers.pop(); closer; closer = this.closers.pop()) await closer();
  }

  private async request(number: number): Promise<void> {
    for (const [host, client] of this.clients) {
      const start = performance.now();
      const seen = await client.request(number);
      const call: Call = { ...seen, host, milliseconds: performance.now() - start, responseAttributes: [] };
      const arrivals = call.servedBy === undefined ? [] : [{ backend: call.servedBy, attributes: [] }];
      this.entries.push({ call, arrivals });
    }
  }

  private lines(): string[] {
    return ["", ...table(this.model, this.entries)];
  }

  private follow(model: Model): void {
    const first = this.model.services.length === 0;
    this.model = model;
    if (first) return;
    // The table is about the rules that are in force.
    this.entries = [];
    this.screen.say(`${new Date().toLocaleTimeString()} the rules have changed`);
    this.serveAll().catch((error: unknown) => this.screen.say(String(error)));
  }

  /** Starts a server for each endpoint that has none yet. */
  private async serveAll(): Promise<void> {
    for (const { host, endpoints } of this.model.services) {
      for (const endpoint of endpoints) {
        const at = addressOf(endpoint);
        if (this.servers.has(at)) continue;
        this.servers.add(at);
        const server = await this.example.serve(endpoint, backendName(host, endpoint));
        this.closers.push(() => server.close());
      }
    }
  }
}
