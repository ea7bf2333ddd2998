import { inspectModule } from "../../host/vm/index.js";
import { bombs, type Case, cutPoints, mutations, truncations } from "./cases.js";
import { difference, firstDifference, hex } from "./difference.js";
import type { Checkable } from "./proxied.js";
import type { Checked, CheckName, Failure, Report } from "./report.js";
import { RequestSubject } from "./request-subject.js";
import type { SampleFrame, SessionSample, Turn } from "./samples.js";
import { SessionSubject } from "./session-subject.js";
import { shrink } from "./shrink.js";
import { measure } from "./speed.js";
import type { Outcome, Subject } from "./subject.js";

/** What is checked, and how hard. */
export interface CheckOptions extends Checkable {
  readonly frames: readonly SampleFrame[];
  readonly sessions: readonly SessionSample[];
  /** Default 100,000. */
  readonly mutations?: number;
  /** The same seed gives the same mutations. Default 1. */
  readonly seed?: number;
  /** The codec's own settings, as in a plugin's configuration. */
  readonly codec?: object;
  /** Called before each conversation, so that one that does not return is known. */
  readonly before?: (name: string, turns: readonly Turn[]) => void;
}

/** A conversation about one sample. */
interface Sample {
  readonly name: string;
  readonly turns: readonly Turn[];
}

/** Checks a codec's module. @throws where it does not load, or nothing is there to check it with */
export async function checkCodec(options: CheckOptions): Promise<Report> {
  const { code, frames, sessions, codec } = options;
  const { exports, problems } = await inspectModule(code);
  if (problems.length > 0) throw new Error(`the module does not load: ${problems[0]}`);
  const isSession = exports.some(({ name }) => name === "meltemi_lane_session");
  const samples = isSession ? sessions : frames.map(({ name, from, bytes }) => ({ name, turns: [{ from, bytes }] }));
  if (samples.length === 0) {
    const wanted = isSession ? "sessions (.session), for the codec's lane is session" : "frames (.hex, .bin)";
    throw new Error(`there are no samples: expected ${wanted}`);
  }
  const subject = isSession ? await SessionSubject.of(options, codec) : await RequestSubject.of(options, frames, codec);
  return new Check(subject, samples, options).run();
}

class Check {
  readonly #frames: readonly SampleFrame[];
  #cases = 0;
  readonly #uncompared = new Set<string>();

  constructor(
    private readonly subject: Subject,
    private readonly samples: readonly Sample[],
    private readonly options: CheckOptions,
  ) {
    this.#frames = samples.flatMap(({ name, turns }) =>
      turns.map(({ from, bytes }, index) => ({
        name: turns.length > 1 ? `${name}, turn ${index + 1}` : name,
        from,
        bytes,
      })),
    );
  }

  run(): Report {
    const { mutations: count = 100_000, seed = 1 } = this.options;
    const checks = [
      this.#check("reads the samples", () => this.#readsSamples()),
      this.#check("round trip", () => this.#roundTrip()),
      this.#check("split points", () => this.#splits()),
      this.#check("concatenation", () => this.#concatenation()),
      this.#check("truncation", () =>
        this.#survives(
          "truncation",
          this.#each((frame) => truncations(frame)),
        ),
      ),
      this.#check("length bombs", () => this.#bombs()),
      this.#check("mutations", () => this.#survives("mutations", mutations(this.#frames, count, seed))),
      this.#check("memory", () => this.#growth()),
    ];
    const failures = checks.flatMap(({ failure }) => failure ?? []).sort((a, b) => a.bytes.length - b.bytes.length);
    const speed = measure(this.subject, this.samples);
    return { lane: this.subject.lane, checks, failures, speed, memoryBytes: this.subject.memoryBytes };
  }

  #check(check: CheckName, run: () => Failure | undefined): Checked {
    this.#cases = 0;
    this.#uncompared.clear();
    const failure = run();
    return { check, cases: this.#cases, failure, uncompared: [...this.#uncompared] };
  }

  #converse(name: string, turns: readonly Turn[]): Outcome {
    this.#cases++;
    this.options.before?.(name, turns);
    return this.subject.converse(turns);
  }

  #readsSamples(): Failure | undefined {
    let opened = false;
    for (const { name, turns } of this.samples) {
      const { trap, opened: now } = this.#converse(name, turns);
      if (trap !== undefined) {
        const [only, ...more] = turns;
        if (only && more.length === 0) return this.#smallest("reads the samples", name, only.from, only.bytes);
        return failed("reads the samples", name, turns, `a trap: ${trap}`);
      }
      opened ||= now;
    }
    const [first] = this.samples;
    if (opened || first === undefined) return undefined;
    return failed("reads the samples", first.name, first.turns, "no sample became a request, or a session");
  }

  /** What becomes a request is the client's bytes, unchanged. */
  #roundTrip(): Failure | undefined {
    for (const { name, turns } of this.samples) {
      const { opened, bodies } = this.#converse(name, turns);
      const said = spoken(turns);
      const whole = Buffer.concat(bodies);
      if (opened && said.length > 0 && this.#passes(turns) && !said.equals(whole)) {
        const at = firstDifference(said, whole);
        const reason = `what reached the upstream differs from byte ${at} on: ${whole.length} bytes, ${hex(whole, at)}`;
        return failed("round trip", name, turns, reason);
      }
    }
    return undefined;
  }

  /** Answers are looked at by their streams, not by what the request at the egress was. */
  #passes(turns: readonly Turn[]): boolean {
    return this.subject.lane === "session" || turns.every(({ from }) => from === "Client");
  }

  #splits(): Failure | undefined {
    for (const { name, turns } of this.samples) {
      const whole = this.#repeatable(name, turns);
      if (whole === undefined) continue;
      for (const [index, { from, bytes }] of turns.entries()) {
        for (const at of cutPoints(bytes.length, turns.length > 1 ? 256 : 2048)) {
          const pieces = [bytes.subarray(0, at), bytes.subarray(at)].map((piece) => ({ from, bytes: piece }));
          const failure = this.#same(
            `${name} split at ${at}`,
            turns.toSpliced(index, 1, ...pieces),
            whole,
            "split points",
          );
          if (failure) return failure;
        }
      }
      const single = turns.flatMap(({ from, bytes }) =>
        Array.from(bytes, (byte) => ({ from, bytes: Buffer.of(byte) })),
      );
      const failure = this.#same(`${name}, byte by byte`, single, whole, "split points");
      if (failure) return failure;
    }
    return undefined;
  }

  /** Two frames in one piece are the same as one behind the other. */
  #concatenation(): Failure | undefined {
    if (this.subject.lane === "session") return undefined;
    for (const first of this.#frames) {
      for (const second of this.#frames) {
        if (first.from !== second.from) continue;
        const name = `${first.name} and ${second.name}`;
        const apart = this.#repeatable(name, [first, second]);
        if (apart === undefined) continue;
        const bytes = Buffer.concat([first.bytes, second.bytes]);
        const failure = this.#same(`${name}, in one piece`, [{ from: first.from, bytes }], apart, "concatenation");
        if (failure) return failure;
      }
    }
    return undefined;
  }

  /** What comes of a conversation; undefined where that differs the next time, as a number that counts connections does. */
  #repeatable(name: string, turns: readonly Turn[]): string | undefined {
    const { text } = this.#converse(name, turns);
    if (this.#converse(name, turns).text === text) return text;
    this.#uncompared.add(name);
    return undefined;
  }

  #same(name: string, turns: readonly Turn[], expected: string, check: CheckName): Failure | undefined {
    const { trap, text } = this.#converse(name, turns);
    if (trap !== undefined) return failed(check, name, turns, `a trap: ${trap}`);
    if (text === expected) return undefined;
    return failed(check, name, turns, `the outcome differs from that of the whole:\n${difference(expected, text)}`);
  }

  /** Whatever comes of them, the VM lives. */
  #survives(check: CheckName, cases: Iterable<Case>): Failure | undefined {
    for (const { name, from, bytes } of cases) {
      const { trap } = this.#converse(name, [...this.#before(from), { from, bytes }]);
      if (trap !== undefined) return this.#smallest(check, name, from, bytes);
    }
    return undefined;
  }

  #bombs(): Failure | undefined {
    for (const { name, from, bytes } of this.#each((frame) => bombs(frame))) {
      const before = this.subject.memoryBytes;
      const { trap } = this.#converse(name, [...this.#before(from), { from, bytes }]);
      if (trap !== undefined) return this.#smallest("length bombs", name, from, bytes);
      const { memoryBytes } = this.subject;
      if (memoryBytes - before > GROWTH) {
        const reason = `linear memory grew to ${memoryBytes >> 10} KiB for ${bytes.length} bytes: memory is taken for what a length only declares`;
        return { check: "length bombs", name, reason, from, bytes };
      }
    }
    return undefined;
  }

  #growth(): Failure | undefined {
    const round = () => {
      for (const { name, turns } of this.samples) this.#converse(name, turns);
    };
    const rounds = (conversations: number) => Math.ceil(conversations / this.samples.length);
    for (let i = rounds(WARM_UP); i > 0; i--) round();
    const { memoryBytes, contexts } = this.subject;
    for (let i = rounds(WATCHED); i > 0; i--) round();
    const [first] = this.samples;
    const reasons = [
      ...(this.subject.memoryBytes > memoryBytes
        ? [
            `${rounds(WATCHED)} times all samples took linear memory from ${memoryBytes >> 10} to ${this.subject.memoryBytes >> 10} KiB`,
          ]
        : []),
      ...(this.subject.contexts > contexts ? [`contexts are left behind: ${this.subject.contexts}`] : []),
    ];
    return reasons.length > 0 && first ? failed("memory", "all samples", first.turns, reasons.join("; ")) : undefined;
  }

  /** Takes away whatever the trap comes without. */
  #smallest(check: CheckName, name: string, from: Turn["from"], bytes: Uint8Array): Failure {
    let reason = "";
    const smallest = shrink(bytes, (candidate) => {
      const { trap } = this.#converse(name, [...this.#before(from), { from, bytes: candidate }]);
      if (trap !== undefined) reason = trap;
      return trap !== undefined;
    });
    if (reason === "") {
      const { trap } = this.#converse(name, [...this.#before(from), { from, bytes: smallest }]);
      reason = trap ?? "a trap that did not come again: the codec keeps something between connections";
    }
    return { check, name, reason: `a trap: ${reason}`, from, bytes: smallest };
  }

  /** In a session a changed message comes where the session has been opened. */
  #before(from: Turn["from"]): readonly Turn[] {
    if (this.subject.lane === "request") return [];
    const [session] = this.samples;
    return from === "Server" ? (session?.turns.slice(0, 1) ?? []) : [];
  }

  *#each(make: (frame: SampleFrame) => Iterable<Case>): Generator<Case> {
    const bySize = [...this.#frames].sort((a, b) => a.bytes.length - b.bytes.length);
    for (const frame of bySize) yield* make(frame);
  }
}

/** Conversations after which a garbage collector's heap has its size, and how many more may not make it grow. */
const WARM_UP = 10_000;
const WATCHED = 20_000;
/** What one frame may take of linear memory: more than heaps grow at once, less than the lengths that lie. */
const GROWTH = 8 << 20;

function failed(check: CheckName, name: string, turns: readonly Turn[], reason: string): Failure {
  const bytes = Buffer.concat(turns.map((turn) => turn.bytes));
  return { check, name, reason, from: turns[0]?.from ?? "Client", bytes };
}

function spoken(turns: readonly Turn[]): Buffer {
  return Buffer.concat(turns.filter(({ from }) => from === "Client").map(({ bytes }) => bytes));
}
