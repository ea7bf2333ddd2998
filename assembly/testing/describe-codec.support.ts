import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  bombs,
  type Case,
  cutPoints,
  mutations,
  type SampleFrame,
  shrink,
  truncations,
} from "../../testing/codec/index.js";
import type { CodecSource } from "./compile.support.js";
import { CAUSES, type Decoded, type PeerName, Probe } from "./probe.support.js";

export interface CodecSuite {
  readonly source: CodecSource;
  /** Whole frames, of every kind that the protocol has. */
  readonly samples: () => readonly SampleFrame[];
  /** Whole frames that are made up. */
  readonly frames?: fc.Arbitrary<SampleFrame>;
  /** Starts of frames that declare far more than they have: `scan` must tell, and nothing may be kept for them. */
  readonly bombs?: readonly Uint8Array[];
  /** Names of samples in a form that the codec does not write: once changed they have another one. */
  readonly foreign?: readonly string[];
  /** Values that an attribute may be given. */
  readonly values?: fc.Arbitrary<string>;
  /** For each property; the long tests ask for more. */
  readonly runs?: number;
}

/** What holds for every codec. A codec's own spec adds what its frames mean. */
export function describeCodec(title: string, suite: CodecSuite): void {
  const runs = { numRuns: suite.runs ?? 200 };
  const samples = suite.samples();
  const made = suite.frames ? [suite.frames] : [];
  const frames = fc.oneof(fc.constantFrom(...samples), ...made);
  const values = suite.values ?? fc.string({ unit: "grapheme", maxLength: 60 }).map(latin1);

  describe(title, () => {
    let probe: Probe;
    beforeAll(async () => {
      probe = await Probe.of(suite.source);
    });

    it("tells a frame's length, kind and id as soon as it can, at every split point", () => {
      for (const sample of samples) {
        const whole = probe.scan(sample.bytes, sample.from);
        expect(whole, sample.name).toMatchObject({ scan: "Frame", length: BigInt(sample.bytes.length) });
        const upTo = Math.min(sample.bytes.length, 2048);
        for (let split = 0; split < upTo; split++) {
          const part = probe.scan(sample.bytes.subarray(0, split), sample.from);
          if (split < whole.head) expect(part.scan, `${sample.name} cut at ${split}`).toBe("More");
          else expect(part, `${sample.name} cut at ${split}`).toEqual(whole);
        }
      }
    });

    it("tells the same where a frame comes in two pieces, cut at any point", () => {
      for (const { bytes, from, name } of samples) {
        probe.reopen();
        const whole = probe.scan(bytes, from);
        for (const split of cutPoints(bytes.length)) {
          probe.reopen();
          probe.scan(bytes.subarray(0, split), from);
          expect(probe.scan(bytes, from), `${name} cut at ${split}`).toEqual(whole);
        }
      }
    });

    it("ignores what follows a frame", () => {
      for (const sample of samples) {
        const whole = probe.scan(sample.bytes, sample.from);
        expect(probe.scan(Buffer.concat([sample.bytes, Buffer.alloc(64, 0xff)]), sample.from)).toEqual(whole);
      }
    });

    it("reads the same from the same bytes", () => {
      fc.assert(
        fc.property(frames, ({ bytes, from }) => {
          expect(probe.decode(bytes, from)).toEqual(probe.decode(bytes, from));
        }),
        runs,
      );
    });

    it("changes one attribute and leaves all else as it is", () => {
      fc.assert(
        fc.property(frames, fc.nat(), values, ({ bytes, from }, pick, value) => {
          const before = probe.decode(bytes, from);
          const attribute = before?.attributes[pick % Math.max(1, before.attributes.length)];
          if (!before || !attribute) return;
          const encoded = probe.encode(bytes, from, [{ change: attribute[0], value }]);
          if (!encoded) return;
          const after = checked(probe, encoded, bytes, from);
          expect(after.attributes.filter(([name]) => name === attribute[0]).map(([, now]) => now)).toContain(value);
          expectSameBut(attribute[0], before, after);
          const back = probe.encode(encoded, from, [{ change: attribute[0], value: attribute[1] }]);
          if (!back) return;
          expect(sorted(probe.decode(back, from))).toEqual(sorted(before));
          // Byte for byte the same both times, so nothing else moved on the way there and back.
          const again = probe.encode(back, from, [{ change: attribute[0], value }]);
          expect(again?.equals(encoded)).toBe(true);
        }),
        runs,
      );
    });

    it("gives back the same bytes where an attribute is changed to what it was", () => {
      for (const { bytes, from, name } of samples) {
        if (suite.foreign?.includes(name)) continue;
        for (const [attribute, value] of probe.decode(bytes, from)?.attributes ?? []) {
          const encoded = probe.encode(bytes, from, [{ change: attribute, value }]);
          if (encoded)
            expect(encoded.toString("hex"), `${name}, ${attribute}`).toBe(Buffer.from(bytes).toString("hex"));
        }
      }
    });

    it("adds an attribute in its spelling, and gives back the same bytes when it is removed", () => {
      fc.assert(
        fc.property(frames, values, ({ bytes, from }, value) => {
          const before = probe.decode(bytes, from);
          const encoded = probe.encode(bytes, from, [{ append: "X-Added-By-Test", value }]);
          if (!before || !encoded) return;
          const after = checked(probe, encoded, bytes, from);
          expect(after.attributes).toContainEqual(["X-Added-By-Test", value]);
          expectSameBut("X-Added-By-Test", before, after);
          const back = probe.encode(encoded, from, [{ remove: "X-Added-By-Test" }]);
          expect(back).not.toBeNull();
          expect(probe.decode(back ?? Buffer.alloc(0), from)).toEqual(before);
          // A second round has nothing left to normalise (a map that was not there before).
          const again = probe.encode(back ?? Buffer.alloc(0), from, [{ append: "X-Added-By-Test", value }]);
          expect(again?.equals(encoded)).toBe(true);
        }),
        runs,
      );
    });

    it("takes many changes at once", () => {
      fc.assert(
        fc.property(frames, values, ({ bytes, from }, value) => {
          const before = probe.decode(bytes, from);
          if (!before) return;
          const wire = [...new Set(before.attributes.slice(before.own).map(([name]) => name))];
          const changes = wire.map((name, i) => (i % 2 === 0 ? { remove: name } : { change: name, value }));
          const encoded = probe.encode(bytes, from, [
            ...changes,
            { append: "X-One", value },
            { append: "x-Two", value },
          ]);
          if (!encoded) return;
          const after = checked(probe, encoded, bytes, from).attributes;
          for (const [i, name] of wire.entries()) {
            const found = after.filter(([other]) => other === name).map(([, now]) => now);
            if (i % 2 === 0) expect(found).toEqual([]);
            else expect(new Set(found)).toEqual(new Set([value]));
          }
          expect(after.slice(-2)).toEqual([
            ["X-One", value],
            ["x-Two", value],
          ]);
        }),
        runs,
      );
    });

    it("renames a frame in place and touches nothing but the id", () => {
      if (!probe.traits().ids) return;
      fc.assert(
        fc.property(frames, fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }), ({ bytes, from }, id) => {
          const first = probe.scan(bytes, from);
          if (first.kind !== "Request" && first.kind !== "Response") return;
          const renamed = probe.rename(bytes, from, id);
          expect(probe.scan(renamed, from)).toEqual({ ...first, id });
          expect(probe.rename(renamed, from, first.id).equals(bytes)).toBe(true);
        }),
        runs,
      );
    });

    it("answers a request with an error frame that carries its id", () => {
      for (const sample of samples) {
        const request = probe.scan(sample.bytes, sample.from);
        if (request.kind !== "Request") continue;
        for (const cause of CAUSES) {
          for (const message of ["", "why «it» failed 🌊", "x".repeat(5000)]) {
            const reply = probe.fail(sample.bytes, cause, message);
            const what = `${sample.name}, ${cause}, a message of ${message.length}`;
            const answer = probe.scan(reply, "Server");
            const length = BigInt(reply.length);
            expect(answer, what).toMatchObject({ scan: "Frame", kind: "Response", id: request.id, length });
            expect(probe.decode(reply, "Server")?.outcome, what).toMatch(/^(ClientError|ServerError|Timeout)$/);
          }
        }
      }
    });

    it("sends heartbeats and answers them", () => {
      if (!probe.traits().heartbeat) return;
      // Without ids an answer is known by its place, and a heartbeat's is like any other.
      const { ids } = probe.traits();
      for (const id of ids ? [0n, 1n, 0xfedcba9876543210n] : [0n]) {
        const ping = probe.ping(id);
        expect(probe.scan(ping, "Client")).toMatchObject({
          scan: "Frame",
          kind: "Ping",
          id,
          length: BigInt(ping.length),
        });
        const pong = probe.pong(ping, "Client");
        expect(probe.scan(pong, "Server")).toMatchObject({
          scan: "Frame",
          kind: ids ? "Pong" : "Response",
          id,
          length: BigInt(pong.length),
        });
      }
      const drain = probe.drain();
      if (drain) expect(probe.scan(drain, "Server")).toMatchObject({ scan: "Frame", kind: "Drain" });
    });

    it("neither traps nor hangs on frames cut short", () => {
      for (const sample of samples) survives(probe, truncations(sample, 400));
    });

    it("neither traps nor hangs on garbage", () => {
      const starts = samples.map((sample) => sample.bytes.subarray(0, 16));
      const start = fc.oneof(fc.constant(new Uint8Array()), fc.constantFrom(...starts));
      fc.assert(
        fc.property(start, fc.uint8Array({ maxLength: 400 }), peers, (head, rest, from) => {
          exercise(probe, Buffer.concat([head, rest]), from);
        }),
        { numRuns: runs.numRuns * 5 },
      );
    });

    it("neither traps nor hangs on frames with bytes changed", () => {
      const drawn = fc.sample(frames, { numRuns: 200, seed: SEED });
      survives(probe, mutations([...samples, ...drawn], runs.numRuns * 5, SEED));
    });

    it("neither traps nor hangs on frames with lengths that lie", () => {
      for (const sample of samples) survives(probe, bombs(sample));
    });

    it("takes no memory for frames that only declare themselves long", () => {
      const before = probe.memoryBytes;
      for (const bomb of suite.bombs ?? []) {
        for (const from of ["Client", "Server"] as const) {
          const scanned = probe.scan(bomb, from);
          expect(["Frame", "Bad"]).toContain(scanned.scan);
          if (scanned.scan === "Frame") expect(scanned.length).toBeGreaterThan(BigInt(bomb.length));
          exercise(probe, bomb, from);
        }
      }
      expect(probe.memoryBytes).toBe(before);
    });

    it("does not grow", () => {
      const round = () => {
        for (const { bytes, from } of samples) {
          probe.reopen();
          exercise(probe, bytes, from);
        }
      };
      for (let i = 0; i < 20; i++) round();
      const before = probe.memoryBytes;
      for (let i = 0; i < 300; i++) round();
      expect(probe.memoryBytes).toBe(before);
    });
  });
}

const SEED = 1;

/** Whatever comes of each, it returns; else the smallest bytes that do not are told. */
function survives(probe: Probe, cases: Iterable<Case>): void {
  for (const { name, from, bytes } of cases) {
    const reason = trapOn(probe, bytes, from);
    if (reason === undefined) continue;
    const smallest = shrink(bytes, (candidate) => trapOn(probe, candidate, from) !== undefined);
    throw new Error(`${name}: ${reason}, with ${Buffer.from(smallest).toString("hex")} from the ${from}`);
  }
}

function trapOn(probe: Probe, bytes: Uint8Array, from: PeerName): string | undefined {
  try {
    exercise(probe, bytes, from);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const peers = fc.constantFrom<PeerName>("Client", "Server");

/** Everything that a proxy would do with these bytes, and whatever comes of it is a value. */
function exercise(probe: Probe, bytes: Uint8Array, from: PeerName): void {
  const { scan, kind, keep, head } = probe.scan(bytes, from);
  if (scan !== "Frame") return;
  const decoded = probe.decode(bytes, from);
  const name = decoded?.attributes.at(-1)?.[0];
  probe.encode(bytes, from, [{ append: "x-new", value: "1" }]);
  if (name !== undefined) probe.encode(bytes, from, [{ change: name, value: "1" }]);
  if (name !== undefined) probe.encode(bytes, from, [{ remove: name }]);
  if (kind === "Request") probe.fail(bytes.subarray(0, keep || head), "Fault", "message");
  if (kind === "Ping") probe.pong(bytes, from);
}

/** The frame is in step with its own length, and the same but for attributes. */
function checked(probe: Probe, encoded: Buffer, original: Uint8Array, from: PeerName): Decoded {
  const before = probe.scan(original, from);
  // Names may stand in the head, or the whole frame be its own head: its length is what the new bytes make it.
  const free = { length: BigInt(encoded.length), head: expect.any(Number), keep: expect.any(Number) };
  expect(probe.scan(encoded, from)).toEqual({ ...before, ...free });
  const decoded = probe.decode(encoded, from);
  if (!decoded) throw new Error("a frame that encode made cannot be decoded");
  return decoded;
}

/** All but one attribute is the same, and but what says the same as it did: `service` is often an attribute too. */
function expectSameBut(name: string, before: Decoded, after: Decoded): void {
  const valueIn = (decoded: Decoded) => decoded.attributes.find(([other]) => other === name)?.[1];
  const others = (decoded: Decoded) => decoded.attributes.filter(([other]) => other !== name);
  const old = valueIn(before);
  const current = valueIn(after);
  const same = (was: string, is: string | undefined) => is === was || (was === old && is === current);
  const now = others(after);
  expect(now.map(([other]) => other)).toEqual(others(before).map(([other]) => other));
  for (const [i, [other, was]] of others(before).entries()) {
    expect(same(was, now[i]?.[1]), `${other}: ${was} → ${now[i]?.[1]}`).toBe(true);
  }
  expect(same(before.service, after.service)).toBe(true);
  expect(same(before.operation, after.operation)).toBe(true);
  expect({ outcome: after.outcome, code: after.code }).toEqual({ outcome: before.outcome, code: before.code });
}

/** A repeated name is given one value by a change, so only the set of names is the same after the way there and back. */
function sorted(decoded: Decoded | null) {
  return decoded && { ...decoded, attributes: [...new Set(decoded.attributes.map(([name]) => name))].sort() };
}

function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
