import { beforeAll, expect, it } from "vitest";
import { Decoder, encode, type Frame, Kind } from "../../../examples/awesomerpc/index.js";
import { bridgeModule, Host } from "../host.support.js";
import { http2Frame } from "../http2.support.js";

const HEADERS = 1;

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const W3C = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, tracestate: "" };
const B3 = {
  "x-b3-traceid": TRACE,
  "x-b3-spanid": "00f067aa0ba902b7",
  "x-b3-parentspanid": "e457b5a2e4d86bd1",
  "x-b3-sampled": "1",
};

/** Of these sizes frames have room for one more attribute, or for none. */
const [ONE_MORE, FULL] = [300, 600];

let module: WebAssembly.Module;

beforeAll(async () => {
  module = await bridgeModule(
    "traits.ids = true; traits.heartbeat = true;",
    `encode(frame: Frame, changes: Mutation, out: Writer): bool {
       const room = frame.length > ${FULL} ? 0 : frame.length > ${ONE_MORE} ? 1 : 9;
       return changes.additions <= room && super.encode(frame, changes, out);
     }`,
  );
});

function host(configuration: object): Host {
  const made = new Host(module);
  if (!made.configure(configuration)) throw new Error(made.logs.join("\n"));
  return made;
}

type Headers = Readonly<Record<string, string>>;

/** What the proxy between the two codecs adds to the header block of a request (RFC 7541, section 6.2.2). */
function withHeaders(http2: Buffer, added: Headers): Buffer {
  const literals = Object.entries(added).flatMap(([name, value]) => [
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
  const preface = http2.indexOf("SM\r\n\r\n") + 6;
  const out = [http2.subarray(0, preface)];
  for (let at = preface; at < http2.length; ) {
    const length = http2.readUIntBE(at, 3);
    const frame = http2.subarray(at, at + 9 + length);
    const type = frame.readUInt8(3);
    const payload = Buffer.concat([frame.subarray(9), ...literals]);
    out.push(type === HEADERS ? http2Frame(type, frame.readUInt8(4), frame.readUInt32BE(5), payload) : frame);
    at += frame.length;
  }
  return Buffer.concat(out);
}

interface Told {
  /** As it left the ingress codec. */
  readonly http2: string;
  readonly sent: Buffer;
  readonly received: Buffer;
  readonly headers: Headers;
  readonly metric: (name: string) => number;
}

/** One request through both codecs, and a proxy between them that adds headers. */
function send(trace: string, added: Headers, said: Headers = {}, size = 1): Told {
  const ingress = host({ role: "ingress", scope: "service:1", trace });
  const egress = host({ role: "egress", scope: "*" });
  const headers = Object.entries({ User: "Jason", ...said });
  const sent = encode({
    kind: Kind.request,
    id: 7n,
    service: "a.B",
    method: "c",
    headers,
    payload: Buffer.alloc(size),
  });
  const http2 = ingress.downstream(ingress.connect(), sent);
  const backend = new Decoder();
  const connection = egress.connect();
  const requests: { frame: Frame; raw: Buffer }[] = [];
  for (let bytes = egress.downstream(connection, withHeaders(http2, added)); bytes.length > 0; ) {
    const frames = [...backend.push(bytes)];
    requests.push(...frames.filter(({ frame }) => frame.kind === Kind.request));
    const ping = frames.find(({ frame }) => frame.kind === Kind.ping);
    bytes = Buffer.alloc(0);
    if (ping) egress.upstream(connection, encode({ kind: Kind.pong, id: ping.frame.id }));
  }
  const [request] = requests;
  if (request?.frame.kind !== Kind.request) throw new Error("the backend got no request");
  return {
    http2: http2.toString("latin1"),
    sent,
    received: request.raw,
    headers: Object.fromEntries(request.frame.headers),
    metric: (name) => egress.metric(name),
  };
}

/** Without its id, which is the proxy's. */
const body = (raw: Buffer): Buffer => raw.subarray(24);

it.each([
  ["W3C's", W3C, { traceparent: W3C.traceparent }],
  ["B3's", B3, B3],
])("a service with spans has the backend get the tracer's headers: %s", (_, added, expected) => {
  const told = send("on", added);
  expect(told.headers).toEqual({ User: "Jason", ...expected });
  expect(told.metric("mutations")).toBe(1);
});

it.each([
  ["W3C's", W3C],
  ["B3's", B3],
])("a service without spans has them go no further: %s", (_, added) => {
  const told = send("pass", added);
  expect(told.headers).toEqual({ User: "Jason" });
  expect(body(told.received)).toEqual(body(told.sent));
  expect(told.metric("mutations")).toBe(0);
});

it("what a frame has no room for is nobody's mutation", () => {
  const told = send("on", W3C, {}, FULL);
  expect(told.headers).toEqual({ User: "Jason" });
  expect(body(told.received)).toEqual(body(told.sent));
  expect([told.metric("mutations"), told.metric("mutations_refused")]).toEqual([0, 0]);
});

it("a rule's mutation that a frame has no room for is counted, and one that it has room for is made without the trace", () => {
  const refused = send("on", { ...W3C, other: "one" }, {}, FULL);
  expect([refused.metric("mutations"), refused.metric("mutations_refused")]).toEqual([0, 1]);
  const made = send("on", { other: "one", ...W3C }, {}, ONE_MORE);
  expect(made.headers).toEqual({ User: "Jason", other: "one" });
  expect([made.metric("mutations"), made.metric("mutations_refused")]).toEqual([1, 0]);
});

const DECIDED = "x-envoy-force-trace";

it.each([
  ["on", `00-${TRACE}-00f067aa0ba902b7-01`, true],
  ["on", `00-${TRACE}-00f067aa0ba902b7-03`, true],
  ["on", `00-${TRACE}-00f067aa0ba902b7-00`, false],
  ["on", `00-${TRACE}-00f067aa0ba902b7-0`, false],
  ["on", `00-${TRACE}-00f067aa0ba902b7-0x`, false],
  ["on", "", false],
  ["pass", `00-${TRACE}-00f067aa0ba902b7-01`, false],
  ["none", `00-${TRACE}-00f067aa0ba902b7-01`, false],
])("trace: %s; of a caller that says %s the proxy's tracer hears it decided: %s", (trace, traceparent, decided) => {
  expect(send(trace, {}, { traceparent }).http2.includes(DECIDED)).toBe(decided);
});
