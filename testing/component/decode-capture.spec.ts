import fc from "fast-check";
import { expect, it } from "vitest";
import { pcap, type Sent, SYN } from "../capture/capture.support.js";
import { decodeCapture } from "./decode-capture.js";
import type { CodecComponent, CodecMessage } from "./load.js";

/** A component whose frames are a length and so many bytes: what is asked of it is what is tested here. */
function measuring(): CodecComponent & { readonly reads: string[] } {
  const reads: string[] = [];
  const none = () => new Uint8Array();
  return {
    reads,
    ...{ configure: () => undefined, open: () => 1, close: () => undefined, encode: none, error: none },
    decode: (sender, bytes) => message(sender, bytes),
    read(_connection, sender, bytes) {
      const length = (bytes[0] ?? 0) + 1;
      if (bytes[0] === 0xff) throw Object.assign(new Error(), { payload: { tag: "malformed" } });
      if (bytes.length < length) {
        throw Object.assign(new Error(), { payload: { tag: "incomplete", val: BigInt(length) } });
      }
      reads.push(`${sender} ${length}`);
      return message(sender, bytes.subarray(0, length));
    },
  };
}

function message(sender: string, bytes: Uint8Array): CodecMessage {
  const operation = Buffer.from(bytes.subarray(1)).toString();
  return {
    ...{ kind: sender === "client" ? "request" : "response", id: 0n, length: bytes.length, service: "", operation },
    ...{ outcome: "ok", code: 0, timeoutMs: 0, attributes: [] },
  };
}

const [client, server] = ["10.0.0.1:40000", "10.0.0.2:80"];

function recorded(pieces: readonly Buffer[]): Buffer {
  const hello: Sent = { from: client, to: server, sequence: 0, flags: SYN };
  let sequence = 1;
  return pcap(101, [
    hello,
    ...pieces.map((payload, index) => {
      const segment = { from: client, to: server, sequence, payload, time: index };
      sequence += payload.length;
      return segment;
    }),
  ]);
}

it("any cut into segments gives the same frames", () => {
  const words = fc.array(fc.string({ maxLength: 20, unit: "grapheme-ascii" }), { minLength: 1, maxLength: 12 });
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
  fc.assert(
    fc.property(words, cuts, (said, places) => {
      const all = Buffer.concat(said.map((word) => Buffer.from([word.length, ...Buffer.from(word)])));
      const bounds = [...places.map((place) => Math.floor(place * all.length)), 0, all.length].sort((a, b) => a - b);
      const pieces = bounds.slice(1).map((end, index) => all.subarray(bounds[index], end));
      const frames = [...decodeCapture(measuring(), recorded(pieces))];
      expect(frames.map((frame) => ("refused" in frame ? frame : frame.operation))).toEqual(said);
      const at = frames.map((frame) => frame.at);
      expect(at).toEqual(said.map((_, index) => said.slice(0, index).reduce((sum, word) => sum + word.length + 1, 0)));
    }),
  );
});

it("what is malformed, and what is incomplete at the connection's end, is told once with the bytes behind it", () => {
  const bad = [Buffer.from([1, 65]), Buffer.from([0xff, 1]), Buffer.from([1, 65])];
  expect([...decodeCapture(measuring(), recorded(bad))].slice(1)).toMatchObject([
    { refused: "malformed", at: 2, bytes: 4 },
  ]);
  const cut = [Buffer.from([1, 65, 9]), Buffer.from([65])];
  expect([...decodeCapture(measuring(), recorded(cut))].slice(1)).toMatchObject([
    { refused: "incomplete", at: 2, bytes: 2, of: 10 },
  ]);
});
