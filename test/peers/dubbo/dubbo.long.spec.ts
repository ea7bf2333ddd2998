import { afterAll, beforeAll, expect, test } from "vitest";
import { contract, dubbo, freePort, type Route } from "../../support/index.js";
import { build, consume, type Line, missing, type Provider, startProvider } from "./java.js";

const routes: readonly Route[] = [
  {
    match: { USER: { exact: "Jason" } },
    to: "beta",
    response: [
      ["Seen-By", "The Mesh 🌊"],
      ["x-answer", "changed"],
    ],
  },
  { match: { user: { exact: "nobody" } }, to: "gone" },
  ...(
    [
      ["checked", { exception: "meltemi.peer.OutOfStock" }],
      ["runtime", { exception: "java.lang.IllegalStateException" }],
      ["code", { code: 100 }],
    ] as const
  ).map(([user, how]) => ({
    match: { user: { exact: user } },
    to: "alpha",
    fault: { abort: { percentage: { value: 100 }, message: "injected Μελτέμι 🌊 wind", ...how } },
  })),
  { match: { method: { exact: "write" } }, to: "beta" },
  {
    match: { method: { exact: "attachments" }, group: { exact: "peers" }, version: { prefix: "1." } },
    to: "beta",
    request: [["X-User-Group", "canary 🌊"]],
  },
  { match: { interface: { exact: "meltemi.peer.Everything" }, method: { regex: "[^u].*" } }, to: "alpha" },
];

const why = missing();
if (why) test.skip(`Dubbo's own provider and consumer: skipped, ${why}`, () => undefined);
else peers();

function peers(): void {
  const providers: Provider[] = [];
  const ports: Record<string, number> = {};

  beforeAll(async () => {
    build();
    for (const name of ["alpha", "beta", "gone"]) ports[name] = await freePort();
    for (const name of ["alpha", "beta"]) providers.push(await startProvider(name, ports[name] ?? 0));
  }, 300_000);
  afterAll(() => Promise.all(providers.map((provider) => provider.close())), 60_000);

  const spec = async () => ({
    services: {
      peers: { routes, backends: { ...ports } },
      aging: {
        routes: [{ to: "alpha" }],
        backends: { ...ports },
        annotations: { "meltemi.dev/max-connection-duration": "2s" },
      },
    },
  });
  contract(
    "Dubbo's own peers",
    spec,
    (world) => {
      test.each(["hessian2", "fastjson2"])(
        "%s: every scenario is as it has to be",
        async (serialization) => {
          const lines = await consume([world().port("peers")], serialization);
          const failed = [...lines.values()].filter((line) => !line.ok);
          expect(failed).toEqual([]);
          expect(lines.size).toBeGreaterThan(24);

          const provider = (name: string) => lines.get(name)?.attachments["Provider"];
          expect(["read", "others", "pojo", "business", "write", "jason"].map(provider)).toEqual([
            ...["alpha", "alpha", "alpha", "alpha"],
            ...["beta", "beta"],
          ]);
          expect(lines.get("attachments")?.detail).toMatchObject({ "X-User-Group": "canary 🌊" });
          expect(lines.get("jason")?.attachments).toMatchObject({ "Seen-By": "The Mesh 🌊", "X-Answer": "changed" });
          expect(lines.get("others")?.attachments).toMatchObject({ "X-Answer": "from alpha 🌊" });

          expectRefusal(lines.get("noRoute"), "meltemi: no route matches");
          expectRefusal(lines.get("unavailable"), "meltemi: no backend is available");
          expectRefusal(lines.get("faultCode"), "injected Μελτέμι 🌊 wind");
          expect(lines.get("timeout")?.ms).toBeLessThan(2_500);
          // The scenario «heartbeat» is idle for three of the consumer's heartbeats.
          expect(await world().stat(/meltemi\.dubbo\.ingress\.pings$/)).toBeGreaterThanOrEqual(3);
        },
        120_000,
      );

      test("a consumer with two addresses, one of which drains every two seconds, loses no call", async () => {
        const ports = [world().port("aging"), world().port("peers")];
        const steady = (await consume(ports, "hessian2", "steady")).get("steady");
        const { good, bad } = (steady?.detail ?? {}) as { good: number; bad: object };
        expect(bad).toEqual({});
        expect(good).toBeGreaterThan(500);
        expect(await world().stat(/^http\.aging.*downstream_cx_max_duration_reached$/)).toBeGreaterThan(0);
      }, 60_000);

      test("requests over and over leave one connection to each provider", async () => {
        const before = await world().stat(/^cluster\.outbound.*peers\.test.*\.upstream_cx_active$/);
        await consume([world().port("peers")], "hessian2", "concurrent", "write", "oneWay", "concurrent");
        expect(before).toBeLessThanOrEqual(2);
        expect(await world().stat(/^cluster\.outbound.*peers\.test.*\.upstream_cx_active$/)).toBeLessThanOrEqual(2);
      }, 60_000);
    },
    { protocols: [dubbo] },
  );
}

/** Told at once, in words that a Dubbo user can read. */
function expectRefusal(line: Line | undefined, words: string): void {
  expect(line?.detail).toContain(words);
  expect(line?.ms).toBeLessThan(3_000);
}
