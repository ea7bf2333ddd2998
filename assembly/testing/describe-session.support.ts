import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { cutPoints, type PeerName, type SessionSample } from "../../testing/codec/index.js";
import { SessionProbe, type SessionSource } from "./session-probe.support.js";

export interface SessionSuite {
  readonly source: SessionSource;
  /** Whole sessions, of every kind that the protocol has. */
  readonly samples: () => readonly SessionSample[];
  /** Starts of messages that declare far more than they have, once a session is open; nothing may be kept for them. */
  readonly bombs: readonly { readonly from: PeerName; readonly bytes: Uint8Array }[];
  /** First messages of a client that are no beginning of a session. */
  readonly noStarts: readonly Uint8Array[];
  /** For each property; the long tests ask for more. */
  readonly runs?: number;
}

/** What holds for every codec of the session lane. A codec's own spec adds what its messages mean. */
export function describeSession(title: string, suite: SessionSuite): void {
  const samples = suite.samples();
  const numRuns = suite.runs ?? 200;
  const sample = fc.constantFrom(...samples);
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 });

  describe(title, () => {
    let probe: SessionProbe;
    beforeAll(async () => {
      probe = await SessionProbe.of(suite.source);
    });

    it("passes whole sessions byte for byte in both directions", () => {
      for (const { name, turns } of samples) {
        const heard = probe.converse(turns);
        if (!heard.opened) continue; // answered by the proxy, or stray: the codec's own spec looks at those
        expect(heard.server.toString("hex"), name).toBe(spoken(turns, "Client"));
        expect(heard.client.toString("hex"), name).toBe(spoken(turns, "Server"));
        expect(heard.badFrames, name).toBe(0);
      }
    });

    it("does the same at every split point", () => {
      for (const { name, turns } of samples) {
        const whole = probe.converse(turns);
        for (const [index, turn] of turns.entries()) {
          for (const split of cutPoints(turn.bytes.length, 1024)) {
            const cut = [turn.bytes.subarray(0, split), turn.bytes.subarray(split)];
            const parts = cut.map((bytes) => ({ from: turn.from, bytes }));
            const heard = probe.converse(turns.toSpliced(index, 1, ...parts));
            if (!same(heard, whole)) expect(heard, `${name}, turn ${index} cut at ${split}`).toEqual(whole);
          }
        }
      }
    });

    it("does the same however the bytes are cut, one by one too", () => {
      for (const { name, turns } of samples) {
        expect(probe.converse(cut(turns, [1])), name).toEqual(probe.converse(turns));
      }
      fc.assert(
        fc.property(sample, sizes, ({ turns }, pieces) => {
          expect(probe.converse(cut(turns, pieces))).toEqual(probe.converse(turns));
        }),
        { numRuns },
      );
    });

    it("neither traps nor hangs on sessions cut short", () => {
      for (const { turns } of samples) {
        for (let count = 0; count <= turns.length; count++) {
          const cutShort = turns.slice(0, count);
          const last = cutShort.pop();
          if (last) probe.converse([...cutShort, { ...last, bytes: last.bytes.subarray(0, last.bytes.length >> 1) }]);
        }
      }
      expectAlive(probe, samples);
    });

    it("neither traps nor hangs on garbage, from either side and at any time", () => {
      fc.assert(
        fc.property(sample, fc.nat(), peers, fc.uint8Array({ maxLength: 400 }), ({ turns }, at, from, bytes) => {
          const before = turns.slice(0, at % (turns.length + 1));
          probe.converse([...before, { from, bytes }, ...turns.slice(before.length)]);
        }),
        { numRuns: numRuns * 5 },
      );
      expectAlive(probe, samples);
    });

    it("neither traps nor hangs on messages with bytes changed", () => {
      const edit = fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }));
      fc.assert(
        fc.property(sample, fc.array(edit, { minLength: 1, maxLength: 8 }), ({ turns }, edits) => {
          const mutated = turns.map(({ from, bytes }) => ({ from, bytes: Buffer.from(bytes) }));
          for (const [turn, at, byte] of edits) {
            const { bytes } = mutated[turn % mutated.length] ?? { bytes: Buffer.alloc(0) };
            if (bytes.length > 0) bytes[at % bytes.length] = byte;
          }
          probe.converse(mutated);
        }),
        { numRuns: numRuns * 5 },
      );
      expectAlive(probe, samples);
    });

    it("closes what does not begin as a session does", () => {
      for (const bytes of suite.noStarts) {
        const heard = probe.converse([{ from: "Client", bytes }]);
        expect([heard.opened, heard.closed], Buffer.from(bytes).toString("hex")).toEqual([false, true]);
      }
    });

    it("takes no memory for messages that only declare themselves long", () => {
      const open = samples.find(({ turns }) => probe.converse(turns).opened);
      for (const bomb of suite.bombs) probe.converse([...(open?.turns.slice(0, -1) ?? []), bomb]);
      const before = probe.memoryBytes;
      for (let i = 0; i < 50; i++) {
        for (const bomb of suite.bombs) probe.converse([...(open?.turns.slice(0, -1) ?? []), bomb]);
      }
      expect(probe.memoryBytes).toBe(before);
      expectAlive(probe, samples);
    });

    it("does not grow", () => {
      const round = () => {
        for (const { turns } of samples) {
          probe.converse(turns);
          probe.converse(cut(turns, [7]));
        }
      };
      for (let i = 0; i < 20; i++) round();
      const before = probe.memoryBytes;
      for (let i = 0; i < 300; i++) round();
      expect(probe.memoryBytes).toBe(before);
    });
  });
}

const peers = fc.constantFrom<PeerName>("Client", "Server");

type Turns = SessionSample["turns"];

function spoken(turns: Turns, by: PeerName): string {
  return Buffer.concat(turns.filter(({ from }) => from === by).map(({ bytes }) => bytes)).toString("hex");
}

function cut(turns: Turns, sizes: readonly number[]): Turns {
  let next = 0;
  return turns.flatMap(({ from, bytes }) => {
    const pieces: { from: PeerName; bytes: Uint8Array }[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = sizes[next++ % sizes.length] ?? 1;
      pieces.push({ from, bytes: bytes.subarray(at, at + size) });
      at += size;
    }
    return pieces;
  });
}

type Heard = ReturnType<SessionProbe["converse"]>;

/** As `toEqual` has it, at the price of some thousand comparisons. */
function same(a: Heard, b: Heard): boolean {
  const flags = a.opened === b.opened && a.closed === b.closed && a.badFrames === b.badFrames;
  return flags && a.server.equals(b.server) && a.client.equals(b.client);
}

/** Whatever other connections have brought: a session like any other passes. */
function expectAlive(probe: SessionProbe, samples: readonly SessionSample[]): void {
  const open = samples.find(({ turns }) => probe.converse(turns).opened);
  expect(open).toBeDefined();
  if (open) expect(probe.converse(open.turns).server.toString("hex")).toBe(spoken(open.turns, "Client"));
}
