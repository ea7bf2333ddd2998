import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contract, freePort, type Route, thrift } from "../../support/index.js";
import { echo, type Library, missing, SPEECHES } from "./libraries.js";

const SERVICE = "Everything";
const SEQUENCES: Readonly<Record<Library, readonly number[]>> = { python: [7, -(2 ** 31)], node: [7, 2 ** 31 - 1] };
const UNKNOWN_METHOD = 1;
const INTERNAL_ERROR = 6;
const PROTOCOL_ERROR = 7;

/** What the proxy answers itself, and what the caller is to read: the type of a TApplicationException, and its words. */
const REPLIES: Readonly<Record<string, readonly [type: number, words: string]>> = {
  "no-route": [UNKNOWN_METHOD, "meltemi: no route matches"],
  empty: [INTERNAL_ERROR, "meltemi: no backend is available"],
  refused: [INTERNAL_ERROR, "meltemi: no backend is available"],
  gone: [INTERNAL_ERROR, "meltemi: no backend is available"],
  // Only THeader carries a deadline.
  late: [INTERNAL_ERROR, "meltemi: the backend did not answer in time"],
  "timed-out": [INTERNAL_ERROR, "took too long"],
  denied: [INTERNAL_ERROR, "not for you"],
  limited: [INTERNAL_ERROR, "slow down"],
  coded: [4, "on purpose ✓"],
  large: [PROTOCOL_ERROR, "meltemi: the frame is too large"],
};

const abort = (abort: object): Route => ({ to: "v1", fault: { abort: { percentage: { value: 100 }, ...abort } } });

/** Takes calls and never answers. */
const silent = createServer((socket) => socket.on("error", () => undefined).resume());
/** Is gone once it has a call. */
const leaving = createServer((socket) =>
  socket.on("error", () => undefined).once("data", () => socket.resetAndDestroy()),
);
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function spec() {
  const v1 = portOf(silent);
  const ruled = (how: object) => ({ backends: { v1 }, routes: [abort(how)] });
  return {
    services: {
      "no-route": { backends: { v1 }, routes: [{ match: { method: { exact: "other" } }, to: "v1" }] },
      empty: { backends: {} },
      refused: { backends: { v1: await freePort() } },
      gone: { backends: { v1: portOf(leaving) } },
      late: { backends: { v1 } },
      "timed-out": ruled({ httpStatus: 504, message: "took too long" }),
      denied: ruled({ httpStatus: 403, message: "not for you" }),
      limited: ruled({ httpStatus: 429, message: "slow down" }),
      coded: ruled({ code: 4, message: "on purpose ✓" }),
      large: { backends: { v1 }, annotations: { "meltemi.dev/max-frame-bytes": "1024" } },
    },
  };
}

const why = missing();
if (why) test.skip(`the proxy's own replies to Apache Thrift's libraries: skipped, ${why}`, () => undefined);
else replies();

function replies(): void {
  beforeAll(() =>
    Promise.all([silent, leaving].map((one) => new Promise<void>((done) => one.listen(0, "127.0.0.1", done)))),
  );
  afterAll(() => {
    for (const server of [silent, leaving]) server.close();
  });

  const runs = (Object.keys(SPEECHES) as Library[]).flatMap((client) =>
    SPEECHES[client].flatMap((speech) =>
      [undefined, SERVICE].map((service) => ({ client, transport: speech[0], protocol: speech[1], service, speech })),
    ),
  );
  contract(
    "the proxy's own replies to Apache Thrift's libraries",
    spec,
    (world) => {
      test.each(runs)("$client, $transport, $protocol, $service", async ({ client, speech, service }) => {
        const names = Object.keys(REPLIES).filter((name) => name !== "late" || speech[0] === "header");
        const ports = names.map((name) => world().port(name));
        const lines = await echo(client, ports, speech, service);
        // Both libraries know an answer by its number: what has another reaches nobody.
        for (const [index, name] of names.entries()) {
          for (const sequence of SEQUENCES[client]) {
            const { application, message, error } = lines.get(`${ports[index]}/${sequence}`) ?? { error: "no line" };
            const [type, words = ""] = REPLIES[name] ?? [];
            expect([name, sequence, error, application]).toEqual([name, sequence, undefined, type]);
            expect(message, name).toContain(words);
          }
        }
      });
    },
    { protocols: [thrift] },
  );
}
