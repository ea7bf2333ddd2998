import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type Decoded, Probe } from "../../assembly/testing/probe.support.js";
import { type PeerName, readFrames } from "../codec/index.js";
import { buildComponent, type CodecComponent, type Compiler, decodeAll, loadComponent } from "./index.js";

// Two compilers in turn, on a machine that may be busy.
vi.setConfig({ hookTimeout: 120_000 });

const root = fileURLToPath(new URL("../..", import.meta.url));
const CODECS = [
  { folder: "examples/awesomerpc/codec", module: "awesomerpc", name: "AwesomeRpc" },
  { folder: "filters/codecs/thrift", module: "thrift", name: "Thrift" },
  { folder: "filters/codecs/dubbo", module: "protocol", name: "DubboProtocol", protocol: true },
];

describe.each(CODECS)("the component of $name", (source) => {
  const { folder } = source;
  let component: CodecComponent;
  let direct: Probe;
  const frames = readFrames(`${root}/${folder}/samples`);
  beforeAll(async () => {
    const entry = `${folder}/index.ts`;
    const compiler = asc as unknown as Compiler;
    component = await loadComponent(
      await buildComponent({ folder: root, entry, compiler, packages: "build/packages" }),
    );
    direct = await Probe.of(source);
  });

  it("reads what the codec reads, and refuses what is cut off", () => {
    expect(frames.length).toBeGreaterThan(0);
    for (const frame of frames) {
      const read = component.decode(sender(frame.from), frame.bytes);
      const { kind, id, length } = direct.scan(frame.bytes, frame.from);
      expect({ kind: read.kind, id: read.id, length: read.length }, frame.name).toEqual({
        kind: kebab(kind),
        id,
        length: Number(length),
      });
      if (["request", "one-way", "response"].includes(read.kind)) {
        const { kind: _, id: _id, length: _length, ...said } = read;
        expect(said, frame.name).toEqual(inUnicode(direct.decode(frame.bytes, frame.from)));
      }
      const cut = frame.bytes.subarray(0, frame.bytes.length - 1);
      expect(() => component.decode(sender(frame.from), cut), frame.name).toThrow(
        expect.objectContaining({ payload: expect.objectContaining({ tag: "incomplete" }) }),
      );
    }
  });

  it("writes what the codec writes", () => {
    for (const { bytes, from, name: frame } of frames) {
      const read = component.decode(sender(from), bytes);
      if (!direct.decode(bytes, from) || read.attributes.length === 0) continue;
      const changes = [{ append: "x-new", value: Buffer.from("Zoë 🌊").toString("latin1") }];
      const expected = direct.encode(bytes, from, changes);
      const encode = () => Buffer.from(component.encode(sender(from), bytes, [{ name: "x-new", value: "Zoë 🌊" }]));
      if (expected) expect(encode(), frame).toEqual(expected);
      else
        expect(encode, frame).toThrow(
          expect.objectContaining({ payload: expect.objectContaining({ tag: "unsupported" }) }),
        );
      if (read.kind === "request") {
        const reply = component.error(bytes, "no-route", "why «it»");
        expect(component.decode("server", reply)).toMatchObject({ kind: "response", id: read.id });
      }
    }
  });

  it("reads frames one behind the other, and says what is left", () => {
    const requests = frames.filter(({ from }) => from === "Client").map(({ bytes }) => bytes);
    const all = Buffer.concat([...requests, ...requests.slice(0, 1).map((bytes) => bytes.subarray(0, 1))]);
    const decoded = [...decodeAll(component, "client", all)];
    expect(decoded.map(({ at }) => at).at(-1)).toBe(all.length - 1);
    expect(decoded.at(-1)).toMatchObject({ refused: "incomplete", bytes: 1 });
    expect(decoded).toHaveLength(requests.length + 1);
  });
});

function sender(from: PeerName) {
  return from === "Client" ? "client" : "server";
}

function kebab(name: string | undefined): string {
  return (name ?? "").replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}

/** The probe's bytes, a character each, as the text that they are. */
function inUnicode(decoded: Decoded | null) {
  if (!decoded) throw new Error("a sample that the codec does not read");
  const text = (latin1: string) => Buffer.from(latin1, "latin1").toString("utf8");
  const { service, operation, outcome, code, timeoutMs, attributes } = decoded;
  return {
    ...{ service: text(service), operation: text(operation), outcome: kebab(outcome), code, timeoutMs },
    attributes: attributes.map(([name, value]) => ({ name: text(name), value: text(value) })),
  };
}
