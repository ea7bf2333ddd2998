import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACK, FIN, LINKS, pcap, pcapng, type Sent, SYN } from "./capture.support.js";
import { type Happening, isCapture, readConnections, type Summary } from "./index.js";

const CLIENT = "10.0.0.1:40000";
const SERVER = "10.0.0.2:7010";
const TIME = 1_700_000_000_123_456;
// Its numbers pass 2^32 on the way.
const FIRST = 2 ** 32 - 8;

const up: Sent = { from: CLIENT, to: SERVER, sequence: FIRST };
const down: Sent = { from: SERVER, to: CLIENT, sequence: 77 };
const hello = [
  { ...up, sequence: FIRST - 1, flags: SYN, time: TIME },
  { ...down, sequence: 76, flags: SYN | ACK },
];

function read(file: Buffer, port?: number): { readonly happenings: Happening[]; readonly summary: Summary } {
  const happenings: Happening[] = [];
  const all = readConnections(file, port);
  for (let next = all.next(); ; next = all.next()) {
    if (next.done) return { happenings, summary: next.value };
    happenings.push(next.value);
  }
}

/** What each end said, and what is missing. */
function said(happenings: readonly Happening[]): string[] {
  return happenings.flatMap((happening) => {
    if ("bytes" in happening) return [`${happening.from}: ${happening.bytes}`];
    if (!("gap" in happening)) return [];
    return [`${happening.from}: ${happening.gap.missing} missing at ${happening.gap.at}, ${happening.behind} behind`];
  });
}

describe.each(Object.keys(LINKS).map(Number))("a recorded file with packets of link %i", (link) => {
  it.each([
    ["10.0.0.1:40000", "10.0.0.2:7010"],
    ["[::a]:40000", "[::b]:7010"],
  ])("is read, from %s, in both formats", (from, to) => {
    const segments: Sent[] = [
      { from, to, sequence: 5, flags: SYN, time: TIME },
      { from: to, to: from, sequence: 8, flags: SYN | ACK, time: TIME },
      { from, to, sequence: 6, payload: Buffer.from("ask"), time: TIME },
      { from: to, to: from, sequence: 9, payload: Buffer.from("answer"), time: TIME },
    ];
    for (const [file, time] of [
      [pcap(link, segments), BigInt(TIME) * 1000n],
      [pcapng(link, segments), (BigInt(TIME) / 1000n) * 1_000_000n],
    ] as const) {
      expect(isCapture(file)).toBe(true);
      const { happenings, summary } = read(file, 7010);
      expect(said(happenings)).toEqual(["client: ask", "server: answer"]);
      expect(happenings[0]).toMatchObject({ time, connection: { client: from, server: to, joined: false } });
      expect(summary).toEqual({ leftOut: new Map(), cutOff: undefined });
    }
  });
});

describe("a connection's bytes", () => {
  it("are the same however they are cut, put out of order and sent again", () => {
    const text = Buffer.from("what one end says to the other, in as many segments as it likes");
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 12 });
    const pieces = cuts.chain((places) => {
      const bounds = [0, ...places.sort((a, b) => a - b), text.length];
      const segments = bounds.slice(1).map((end, index) => ({ at: bounds[index] ?? 0, end }));
      const again = fc.array(fc.tuple(fc.nat(text.length - 1), fc.nat(20)), { maxLength: 5 });
      return again.chain((more) =>
        fc.shuffledSubarray([...segments, ...more.map(([at, length]) => ({ at, end: at + length }))], {
          minLength: segments.length + more.length,
        }),
      );
    });
    fc.assert(
      fc.property(pieces, (segments) => {
        const sent = segments.map(({ at, end }) => ({ ...up, sequence: FIRST + at, payload: text.subarray(at, end) }));
        const { happenings } = read(
          pcap(101, [...hello, ...sent, { ...up, sequence: FIRST + text.length, flags: FIN }]),
        );
        const bytes = happenings.flatMap((happening) => ("bytes" in happening ? [happening.bytes] : []));
        expect(Buffer.concat(bytes).toString()).toBe(text.toString());
        expect(happenings.some((happening) => "gap" in happening)).toBe(false);
      }),
    );
  });

  it("that are not there are told, at the connection's end", () => {
    const lost = [
      { ...up, payload: Buffer.from("abc") },
      { ...up, sequence: FIRST + 5, payload: Buffer.from("fgh") },
      { ...down, payload: Buffer.from("all of it"), recorded: 3 },
      { ...down, sequence: 86, flags: FIN },
    ];
    expect(said(read(pcap(1, [...hello, ...lost])).happenings)).toEqual([
      "client: abc",
      "server: all",
      "client: 2 missing at 3, 3 behind",
      "server: 6 missing at 3, 0 behind",
    ]);
  });

  it("are told apart from those of another connection between the same ends", () => {
    const again = { ...up, sequence: 500, flags: SYN };
    const segments = [...hello, { ...up, payload: Buffer.from("one") }, ...hello.slice(0, 1)];
    const { happenings } = read(pcap(0, [...segments, again, { ...up, sequence: 501, payload: Buffer.from("two") }]));
    expect(said(happenings)).toEqual(["client: one", "client: two"]);
    expect(new Set(happenings.map(({ connection }) => connection)).size).toBe(2);
  });

  it("of a connection that had begun before are the server's where the port says so, else where it is the lower one", () => {
    const file = pcap(101, [{ ...down, payload: Buffer.from("late") }]);
    expect(read(file).happenings[0]).toMatchObject({ from: "server", connection: { joined: true } });
    expect(read(file, 40000).happenings[0]).toMatchObject({ from: "client", connection: { server: CLIENT } });
    expect(read(file, 9).happenings).toEqual([]);
  });
});

describe("a recorded file", () => {
  it("that is cut off, or holds what is no TCP, says so", () => {
    const file = pcap(1, [{ ...up, payload: Buffer.from("whole") }, up]);
    const cut = read(file.subarray(0, file.length - 1));
    expect(said(cut.happenings)).toEqual(["client: whole"]);
    expect(cut.summary.cutOff).toMatch(/^the file is cut off within the record at \d+$/);
    const blocks = pcapng(1, [{ ...up, payload: Buffer.from("whole") }, up]);
    expect(read(blocks.subarray(0, blocks.length - 4)).summary.cutOff).toMatch(/^the file is cut off within the block/);

    const fragment = pcap(101, [up]);
    fragment.writeUInt16BE(0x2000, 24 + 16 + 6);
    expect(read(fragment).summary.leftOut).toEqual(new Map([["a fragment of IP", 1]]));
    const datagram = pcap(101, [up]);
    datagram.writeUInt8(17, 24 + 16 + 9);
    expect(read(datagram).summary.leftOut).toEqual(new Map([["not TCP over IP", 1]]));
    expect(isCapture(Buffer.from("GET / HTTP/1.1\r\nhost: somewhere\r\n\r\n"))).toBe(false);
  });

  it("of any bytes is read to its end", () => {
    const files = fc.constantFrom(pcap(1, hello), pcapng(1, hello), pcap(0, hello), pcapng(276, hello));
    const changes = fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(files, changes, (file, changed) => {
        const bytes = Buffer.from(file);
        for (const [at, value] of changed) if (at < bytes.length) bytes.writeUInt8(value, at);
        if (isCapture(bytes)) expect(() => read(bytes)).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });
});
