import { afterAll, beforeAll, expect, test } from "vitest";
import { contract, freePort, type Route, thrift } from "../../support/index.js";
import {
  call,
  type Library,
  type Line,
  missing,
  type Server,
  SPEECHES,
  type Speech,
  startServer,
} from "./libraries.js";

const SERVICE = "Everything";
const NAMES = ["alpha", "beta"] as const;

/** One service of the mesh for each server library and speech: a server answers only in what it was started with. */
const SERVED = (Object.keys(SPEECHES) as Library[]).flatMap((library) =>
  SPEECHES[library].flatMap((speech) =>
    // npm's multiplexing server takes nothing else, and cannot take the old protocol's names, which are bytes to it.
    (library === "node" && speech[1] !== "old" ? [false, true] : [false]).map((multiplexed) => ({
      library,
      speech,
      multiplexed,
      name: [library, ...speech, ...(multiplexed ? ["multiplexed"] : [])].join("-"),
    })),
  ),
);

const routes: readonly Route[] = [
  { match: { user: { exact: "Jason" } }, to: "beta" },
  {
    match: { User: { prefix: "Maria" }, method: { exact: "header" } },
    to: "alpha",
    request: [["X-Group", "canary 🌊"]],
  },
  { match: { method: { exact: "sleep" } }, to: "closed" },
  { match: { service: { exact: SERVICE }, method: { exact: "who" } }, to: "beta" },
  { match: { method: { regex: "[^g].*" } }, to: "alpha" },
];

const why = missing();
if (why) test.skip(`Apache Thrift's own libraries: skipped, ${why}`, () => undefined);
else peers();

function peers(): void {
  const servers: Server[] = [];
  const ports = new Map<string, Record<string, number>>();

  beforeAll(async () => {
    for (const { name, library, speech, multiplexed } of SERVED) {
      const own: Record<string, number> = { closed: await freePort() };
      for (const backend of NAMES) {
        const port = await freePort();
        own[backend] = port;
        servers.push(await startServer(library, backend, port, speech, multiplexed ? SERVICE : undefined));
      }
      ports.set(name, own);
    }
  }, 120_000);
  afterAll(() => Promise.all(servers.map((server) => server.close())), 60_000);

  const spec = async () => ({
    services: Object.fromEntries(SERVED.map(({ name }) => [name, { routes, backends: ports.get(name) ?? {} }])),
  });
  contract(
    "Apache Thrift's own libraries",
    spec,
    (world) => {
      const runs = SERVED.flatMap(({ name, library, speech, multiplexed }) =>
        (Object.keys(SPEECHES) as Library[])
          .filter((client) => speaks(client, speech))
          .flatMap((client) =>
            // Python's server takes both kinds of name.
            (library === "python" ? [false, true] : [multiplexed]).map((service) => ({
              client,
              name,
              speech,
              service,
            })),
          ),
      );
      test.each(runs)("$client → $name, multiplexed: $service", async ({ client, name, speech, service }) => {
        const lines = await call(client, world().port(name), speech, service ? SERVICE : undefined);
        const of = (scenario: string): Partial<Line> => {
          const { scenario: _, ms: __, ...line } = lines.get(scenario) ?? { scenario, ms: 0 };
          return line;
        };
        expect([...lines.values()].filter(({ error }) => error !== undefined)).toEqual([]);
        expect(of("who")).toEqual({ value: service ? "beta" : "alpha" });
        expect(of("echo")).toEqual({ value: [true, true, true] });
        expect(of("spread")).toEqual({ value: true });
        expect(of("nothing")).toEqual({ value: null });
        expect(of("buy")).toEqual({ business: "wind" });
        // npm's library writes no type.
        const types = name.startsWith("node") ? [0, 0] : [6, 1];
        expect(of("crash")).toEqual({ application: types[0], message: "broken on purpose" });
        expect(of("unknown")).toEqual({ application: types[1], message: "Unknown function unheard" });
        expect(of("gone").application).toBe(1);
        expect(of("gone").message).toContain("meltemi: no route matches");
        expect(of("unavailable").message).toContain("meltemi: no backend is available");
        expect(of("notes")).toEqual({ value: true });
        if (client === "python") expect(of("sequences")).toEqual({ value: true });
        else expect(of("many")).toEqual({ value: true });
        if (speech[0] !== "header") return;
        expect(of("jason")).toEqual({ value: "beta" });
        expect(of("header")).toEqual({ value: "canary 🌊" });
      });

      test("nothing of it was unreadable", async () => {
        expect(await world().stat(/meltemi\.thrift\.ingress\.bad_frames$/)).toBe(0);
        expect(await world().stat(/meltemi\.thrift\.ingress\.opaque$/)).toBe(0);
      });
    },
    { protocols: [thrift] },
  );
}

function speaks(library: Library, [transport, protocol]: Speech): boolean {
  return SPEECHES[library].some((speech) => speech[0] === transport && speech[1] === protocol);
}
