import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { awesomerpc, type Caller, contract, type Document, freePort, ONE_BY_ONE, until } from "../support/index.js";
import { Logs, telemetry } from "./access-log.support.js";

const MEMBERS = {
  time: "%START_TIME%",
  request: { method: "%REQ(:METHOD)%", path: "%REQ(:PATH)%", of: "%REQ(:AUTHORITY)%", user: "%REQ(USER)%" },
  missing: "%REQ(none?x-none)%",
  text: "é %REQ(none)% %RESPONSE_CODE%",
  cut: "%REQ(:PATH):5%",
  code: "%RESP(X-MELTEMI-CODE)%",
  outcome: "%RESP(X-MELTEMI-OUTCOME)%",
  status: "%RESPONSE_CODE%",
  flags: "%RESPONSE_FLAGS%",
  details: "%RESPONSE_CODE_DETAILS%",
  protocol: "%PROTOCOL%",
  route: "%ROUTE_NAME%",
  cluster: "%UPSTREAM_CLUSTER%",
  host: "%UPSTREAM_HOST%",
  received: "%BYTES_RECEIVED%",
  sent: "%BYTES_SENT%",
  duration: "%DURATION%",
  remote: "%DOWNSTREAM_REMOTE_ADDRESS%",
  ip: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
  local: "%DOWNSTREAM_LOCAL_ADDRESS%",
};

/** Each command once, in a line. */
const LINE = [...Object.values({ ...MEMBERS, ...MEMBERS.request })]
  .filter((each) => typeof each === "string")
  .join("|");

const JASON = [["user", "Jason"]] as const;

function ofRequests(): void {
  const logs = new Logs();
  const providers = ["members", "lines", "usual"].map((name) => ({ name }));
  contract(
    "lines about requests",
    async () => ({
      services: {
        logged: {
          routes: [{ match: { user: { exact: "Jason" } }, to: "v1" }],
          documents: [
            logs.mesh({ members: { labels: MEMBERS }, lines: { text: LINE }, usual: undefined }),
            telemetry("logged", [{ providers }]),
          ],
        },
        refused: {
          backends: { v1: await freePort() },
          documents: [
            telemetry("refused", [
              { providers: [{ name: "members" }], filter: { expression: "response.code >= 500" } },
            ]),
          ],
        },
        unlogged: {},
      },
    }),
    (world, { name: codec }) => {
      test("have what Envoy knows of a request, and what its protocol says", async () => {
        const before = logs.lines("members").length;
        const { v1 } = world().backends;
        await world().caller("unlogged").call();
        const caller = world().caller("logged");
        expect((await caller.call({ operation: "list", attributes: JASON, payload: "hello" })).error).toBeUndefined();
        v1.reply = () => ({ business: true, payload: "out of stock" });
        expect((await caller.call({ operation: "buy", attributes: JASON })).error).toBe("business");
        expect((await caller.call({ operation: "lost" })).error).toBe("no-route");
        await caller.notify({ operation: "tell", attributes: JASON });
        await until("four lines", () => logs.lines("members").length >= before + 4);
        const refused = world().caller("refused");
        expect((await refused.call({ operation: "refused" })).error).toBe("unavailable");
        const lines = await until("five lines", () => {
          const found = logs.lines("members").slice(before);
          return found.length >= 5 && found.map((line) => JSON.parse(line));
        });

        const usual = {
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          request: { method: "POST", path: "/test.Echo/list", of: "test.Echo", user: "Jason" },
          missing: null,
          text: "é - 200",
          cut: "/test",
          code: codec === "dubbo" ? "20" : "0",
          outcome: null,
          status: 200,
          flags: "-",
          details: "via_upstream",
          protocol: "HTTP/2",
          route: "route-0",
          cluster: "meltemi|9000|v1|logged.test",
          host: `envoy://meltemi_egress_${codec}/127.0.0.1:${v1.port}`,
          received: expect.any(Number),
          sent: expect.any(Number),
          duration: expect.any(Number),
          remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
          ip: "127.0.0.1",
          local: `127.0.0.1:${world().port("logged")}`,
        };
        const [list, buy, lost, tell, unreachable] = lines;
        expect(list).toEqual(usual);
        expect([list.received, list.sent]).toEqual(SIZES[codec]);
        expect(list.duration).toBeLessThan(1_000);
        const path = (operation: string) => ({ ...usual.request, path: `/test.Echo/${operation}` });
        const code = codec === "dubbo" ? "20" : "1";
        expect(buy).toEqual({ ...usual, request: path("buy"), code, outcome: "business-error" });
        const nowhere = { cluster: null, host: null, code: null };
        expect(lost).toEqual({
          ...{ ...usual, ...nowhere, request: { ...path("lost"), user: null }, text: "é - 404" },
          ...{ status: 404, flags: "NR", details: "route_not_found", route: null, sent: 0 },
        });
        // Its client need not be there any more: it comes by a way of its own.
        const remote = "envoy://internal_client_address/";
        expect(tell).toEqual({
          ...{ ...usual, request: path("tell"), code: null, sent: 0, remote, ip: remote },
          local: "envoy://meltemi_oneway|logged.test:9000/",
        });
        expect(unreachable).toMatchObject({
          request: path2("refused"),
          status: 503,
          cluster: "meltemi|9000||refused.test",
        });

        const [members, line] = [lines, logs.lines("lines").slice(-4)];
        expect(line).toEqual(members.slice(0, 4).map(asLine));
        expect(logs.lines("usual").slice(-4)[1]).toBe(
          `[${buy.time}] "POST test.Echo /test.Echo/buy" ${code} business-error 200 - via_upstream ${buy.received} ` +
            `${buy.sent} ${buy.duration} "${buy.remote}" "route-0" "${buy.cluster}" "${buy.host}"`,
        );
      });
    },
    { lanes: ONE_BY_ONE },
  );
}

/** Of the frame of `list`, and of its answer's. */
const SIZES: Readonly<Record<string, readonly number[]>> = { awesomerpc: [49, 38], dubbo: [65, 38] };

function path2(operation: string) {
  return expect.objectContaining({ path: `/test.Echo/${operation}` });
}

/** A line of text with what a line of JSON has. */
function asLine(members: Record<string, unknown>): string {
  const { request, ...rest } = members as { request: Record<string, unknown> };
  const all = { ...MEMBERS, ...MEMBERS.request, ...rest, ...request };
  return Object.entries(all)
    .filter(([name]) => name !== "request")
    .map(([, value]) => value ?? "-")
    .join("|");
}

ofRequests();

const CALLS = 2_000;
const SHARE = 0.2;

function switched(): void {
  const logs = new Logs();
  const mesh = logs.mesh({ first: { text: "%REQ(:PATH)%" }, second: { text: "%REQ(:PATH)%" } });
  const first = { providers: [{ name: "first" }] };
  contract(
    "access logs, switched by rules",
    async () => ({ services: { logged: { routes: [{ to: "v1" }], documents: [mesh] } } }),
    (world) => {
      const rule = (...documents: Document[]) => world().rules("logged", { documents: [mesh, ...documents] });
      /** How many lines come of so many calls. */
      const written = async (log: string, caller: Caller, calls: number, operation: string): Promise<number> => {
        for (let i = 0; i < calls; i += 20) {
          await Promise.all(Array.from({ length: 20 }, () => caller.call({ operation })));
        }
        await delay(150);
        return logs.lines(log).filter((line) => line.endsWith(`/${operation}`)).length;
      };
      const until20 = (what: string, log: string, caller: Caller, wanted: (lines: number) => boolean) => {
        let round = 0;
        return until(what, async () =>
          wanted(await written(log, caller, 20, `${what.replaceAll(" ", "-")}-${++round}`)),
        );
      };

      test("on, a share, only failures, another log, off: no listener changes, and no connection is cut", {
        timeout: 60_000,
      }, async () => {
        const kind = world().proxy.kind;
        const listeners = await world().proxy.listenerVersions();
        const caller = world().caller("logged");
        expect(await written("first", caller, 100, `${kind}-never`)).toBe(0);

        rule(telemetry("logged", [first]));
        await until20(`${kind} on`, "first", caller, (lines) => lines === 20);
        expect(await written("first", caller, 100, `${kind}-each`)).toBe(100);

        const loads = await world().stat(/^runtime\.load_success$/);
        rule(telemetry("logged", [first], `${100 * SHARE}`));
        await until("the runtime to be loaded", async () => (await world().stat(/^runtime\.load_success$/)) > loads);
        await caller.call();
        const sampled = await written("first", caller, CALLS, `${kind}-sampled`);
        const sigma = Math.sqrt(CALLS * SHARE * (1 - SHARE));
        expect(Math.abs(sampled - CALLS * SHARE)).toBeLessThan(4 * sigma);

        rule(
          telemetry("logged", [{ ...first, filter: { expression: "response.code >= 400 && response.code < 500" } }]),
        );
        await until20(`${kind} failures`, "first", caller, (lines) => lines === 0);

        rule(telemetry("logged", [{ providers: [{ name: "second" }] }]));
        await until20(`${kind} second`, "second", caller, (lines) => lines === 20);
        expect(await written("first", caller, 20, `${kind}-other`)).toBe(0);

        rule(telemetry("logged", [{ disabled: true }]));
        await until20(`${kind} off`, "second", caller, (lines) => lines === 0);
        expect(await written("second", caller, 100, `${kind}-never`)).toBe(0);
        expect(await world().proxy.listenerVersions()).toEqual(listeners);
        expect(caller.opened).toBe(1);
      });
    },
    { lanes: ["flow"], protocols: [awesomerpc] },
  );
}

switched();
