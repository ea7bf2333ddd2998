import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CodecSource } from "../assembly/testing/compile.support.js";
import { type PeerName, Probe } from "../assembly/testing/probe.support.js";
import type { Turn } from "../testing/codec/index.js";
import type { Scenario } from "./scenario.js";
import { recordedSessions, sessionSpeeds } from "./sessions.js";

/** What one codec reads in a second, alone in Wasm on Node, by what it was given. */
export interface CodecSpeed {
  readonly codec: string;
  /** Scan and decode of whole frames, in MB (10⁶ bytes) per second; of codecs of sessions, whole sessions. */
  readonly megabytesPerSecond: Readonly<Record<string, number>>;
}

const FOLDER = "filters/codecs";
const LARGER = [4_000, 64_000];
/** Repetitions of a frame in a row; garbage is collected between rows, in service every 4096 calls or more. */
const TIMES = 1_000;
/** As a codec's index.ts names its class. */
const REGISTRATION = /register(Codec|Protocol)\("[^"]+", \(\)(?:: \w+)? => new (\w+)\(\)\)/;

/** Measures every codec in filters/codecs, each for so many seconds a figure; `skipped` is told of those that cannot be. */
export async function codecSpeeds(
  scenarios: ReadonlyMap<string, Scenario>,
  seconds: number,
  skipped: (codec: string) => void,
): Promise<CodecSpeed[]> {
  const speeds: CodecSpeed[] = [];
  for (const [codec, { frame, session }] of scenarios) {
    const folder = join(FOLDER, codec);
    const source = sourceOf(folder);
    if (source === undefined) {
      const kinds = new Map<string, readonly (readonly Turn[])[]>();
      const sessions = recordedSessions(folder);
      if (sessions.length > 0) kinds.set("sessions", sessions);
      if (session) for (const bytes of LARGER) kinds.set(sizeOf(bytes), [session(bytes)]);
      if (kinds.size === 0) skipped(codec);
      else speeds.push({ codec, megabytesPerSecond: await sessionSpeeds(folder, kinds, seconds) });
      continue;
    }
    const probe = await Probe.of(source);
    const megabytesPerSecond: Record<string, number> = {};
    const measured = (what: string, frames: Sample[]) => {
      if (frames.length > 0) megabytesPerSecond[what] = speed(probe, frames, seconds);
    };
    measured("samples", samples(folder));
    if (frame) for (const bytes of LARGER) measured(sizeOf(bytes), [{ from: "Client", bytes: frame(bytes) }]);
    speeds.push({ codec, megabytesPerSecond });
  }
  return speeds;
}

function sizeOf(bytes: number): string {
  return `${bytes / 1000} KB`;
}

interface Sample {
  readonly from: PeerName;
  readonly bytes: Buffer;
}

/** The codec's class by what its index.ts registers; undefined where that is no Codec. */
function sourceOf(folder: string): CodecSource | undefined {
  const index = join(folder, "index.ts");
  const text = existsSync(index) ? readFileSync(index, "utf8") : "";
  const [, kind, name] = REGISTRATION.exec(text) ?? [];
  const module = name && new RegExp(`import \\{ ${name} \\} from "\\./([^"]+)"`).exec(text)?.[1];
  return module ? { folder, module, name, protocol: kind === "Protocol" } : undefined;
}

/** The recorded frames in samples/: hex, with a line `# from Server` or `# from Client`. */
function samples(folder: string): Sample[] {
  if (!existsSync(join(folder, "samples"))) return [];
  return readdirSync(join(folder, "samples")).flatMap((file) => {
    if (!file.endsWith(".hex")) return [];
    const lines = readFileSync(join(folder, "samples", file), "utf8").split("\n");
    const hex = lines.filter((line) => !line.startsWith("#")).join("");
    return [{ from: lines.includes("# from Server") ? "Server" : "Client", bytes: Buffer.from(hex, "hex") } as const];
  });
}

/** MB per second over the frames in turn; what the codec does not read (opaque frames, heartbeats) is left out. */
function speed(probe: Probe, frames: readonly Sample[], seconds: number): number {
  const read = frames.filter(({ bytes, from }) => probe.repeat(bytes, from, 1));
  if (read.length === 0) throw new Error("not one frame that the codec reads");
  let total = 0;
  let from = performance.now();
  let until = from + seconds * 500;
  for (let warm = false; performance.now() < until; ) {
    for (const frame of read) probe.repeat(frame.bytes, frame.from, TIMES);
    total += read.reduce((sum, { bytes }) => sum + bytes.length, 0) * TIMES;
    // The first half warms the compiler up.
    if (!warm && performance.now() >= until) {
      warm = true;
      total = 0;
      from = performance.now();
      until = from + seconds * 500;
    }
  }
  return total / 1e3 / (performance.now() - from);
}
