import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { LOG_COMMANDS } from "../../control/model/log-format.js";
import {
  awesomerpc,
  type Caller,
  contract,
  type Document,
  freePort,
  ONE_BY_ONE,
  until,
  type World,
} from "../support/index.js";
import { Logs, telemetry } from "./access-log.support.js";

const REQUEST = { method: "%REQ(:METHOD)%", path: "%REQ(:PATH)%", of: "%REQ(:AUTHORITY)%", user: "%REQ(USER)%" };
const PLAIN = {
  time: "%START_TIME%",
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
/** What is asked for by name, of the backend's endpoint and of what nobody said. */
const NAMED = {
  version: "%UPSTREAM_METADATA(meltemi:version)%",
  address: "%UPSTREAM_METADATA(meltemi:address)%",
  among: "to %UPSTREAM_METADATA(meltemi:version)%",
  unsaid: "%UPSTREAM_METADATA(meltemi:none)%",
  nobody: "%UPSTREAM_METADATA(none:none)%",
  trailer: "%TRAILER(none)%",
  dynamic: "%DYNAMIC_METADATA(none)%",
  state: "%FILTER_STATE(none)%",
};
type Line = Readonly<Record<keyof typeof PLAIN, unknown> & { request: Record<keyof typeof REQUEST, unknown> }>;

/** The values of a line in the order of those of the format; as a text log has them. */
const asText = ({ request, ...plain }: Line): string =>
  Object.keys({ ...PLAIN, ...REQUEST })
    .map((name) => ({ ...plain, ...request })[name as keyof typeof PLAIN] ?? "-")
    .join("|");

const logs = new Logs();
const to = (...names: string[]) => ({ providers: names.map((name) => ({ name })) });
const formats = {
  members: { labels: { request: REQUEST, ...PLAIN } },
  lines: { text: asText({ request: REQUEST, ...PLAIN }) },
  usual: undefined,
  all: { labels: Object.fromEntries(LOG_COMMANDS.map((name) => [name, `%${name}%`])) },
  named: { labels: NAMED },
};
const JASON = [["user", "Jason"]] as const;
/** Of the frame of `list` and of its answer, in bytes. */
const SIZES: Readonly<Record<string, readonly number[]>> = { awesomerpc: [49, 38], dubbo: [65, 38] };
/** What a protocol says of an answer, and of a business error. */
const CODES: Readonly<Record<string, readonly string[]>> = { awesomerpc: ["0", "1"], dubbo: ["20", "20"] };

contract(
  "lines about requests",
  async () => ({
    services: {
      logged: {
        routes: [{ match: { user: { exact: "Jason" } }, to: "v1" }],
        documents: [logs.mesh(formats), telemetry("logged", [to("members", "lines", "usual", "all", "named")])],
      },
      refused: {
        backends: { v1: await freePort() },
        documents: [telemetry("refused", [{ ...to("members"), filter: { expression: "response.code >= 500" } }])],
      },
      unlogged: {},
    },
  }),
  (world, { name: codec }) => {
    test("have what Envoy knows of a request, and what its protocol says", async () => {
      const [members, others] = [logs.lines("members").length, logs.lines("lines").length];
      const { v1 } = world().backends;
      const caller = world().caller("logged");
      await world().caller("unlogged").call();
      expect((await caller.call({ operation: "list", attributes: JASON, payload: "hello" })).error).toBeUndefined();
      v1.reply = () => ({ business: true, payload: "out of stock" });
      expect((await caller.call({ operation: "buy", attributes: JASON })).error).toBe("business");
      expect((await caller.call({ operation: "lost" })).error).toBe("no-route");
      await caller.notify({ operation: "tell", attributes: JASON });
      await logs.after("members", members, 4);
      expect((await world().caller("refused").call({ operation: "refused" })).error).toBe("unavailable");
      const lines = (await logs.after("members", members, 5)).map((line) => JSON.parse(line) as Line);

      const of = (operation: string) => ({ path: `/test.Echo/${operation}`, method: "POST", of: "test.Echo" });
      const [answered, business] = CODES[codec] ?? [];
      const list = {
        request: { ...of("list"), user: "Jason" },
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        ...{ missing: null, text: "é - 200", cut: "/test" },
        ...{ code: answered, outcome: null, status: 200, flags: "-", details: "via_upstream", protocol: "HTTP/2" },
        ...{ route: "route-0", cluster: "meltemi|9000|v1|logged.test" },
        host: `envoy://meltemi_egress_${codec}/127.0.0.1:${v1.port}`,
        ...{ received: SIZES[codec]?.[0], sent: SIZES[codec]?.[1], duration: expect.any(Number) },
        ...{ remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/), ip: "127.0.0.1" },
        local: `127.0.0.1:${world().port("logged")}`,
      };
      const sizes = { received: expect.any(Number), sent: expect.any(Number) };
      const buy = { ...list, ...sizes, request: { ...of("buy"), user: "Jason" }, code: business };
      const nowhere = { route: null, cluster: null, host: null, code: null, sent: 0 };
      const lost = { ...list, ...sizes, ...nowhere, request: { ...of("lost"), user: null }, text: "é - 404" };
      // Its client need not be there any more, so it comes by a way of its own.
      const itself = "envoy://internal_client_address/";
      const way = { remote: itself, ip: itself, local: "envoy://meltemi_oneway|logged.test:9000/" };
      expect(lines.slice(0, 4)).toEqual([
        list,
        { ...buy, outcome: "business-error" },
        { ...lost, status: 404, flags: "NR", details: "route_not_found" },
        { ...list, ...sizes, ...way, request: { ...of("tell"), user: "Jason" }, code: null, sent: 0 },
      ]);
      expect(lines[0]?.duration).toBeLessThan(1_000);
      expect(lines[4]).toMatchObject({
        ...{ request: { ...of("refused"), user: null }, status: 503, cluster: "meltemi|9000||refused.test" },
      });

      expect(await logs.after("lines", others, 4)).toEqual(lines.slice(0, 4).map(asText));
      expect(JSON.parse((await logs.after("all", others, 4))[0] ?? "")).toMatchObject({
        ...{ UPSTREAM_CLUSTER_RAW: list.cluster, UPSTREAM_LOCAL_ADDRESS: itself, UPSTREAM_REQUEST_ATTEMPT_COUNT: 1 },
        ...{ DOWNSTREAM_LOCAL_PORT: world().port("logged"), DOWNSTREAM_REMOTE_PORT: expect.any(Number) },
        ...{ CONNECTION_TERMINATION_DETAILS: null, REQUESTED_SERVER_NAME: null, DOWNSTREAM_TLS_VERSION: null },
        ...{ UPSTREAM_TRANSPORT_FAILURE_REASON: null, DOWNSTREAM_PEER_SUBJECT: null },
      });
      const named = (await logs.after("named", others, 4)).map((line) => JSON.parse(line));
      const unsaid = { unsaid: null, nobody: null, trailer: null, dynamic: null, state: null };
      expect(named[0]).toEqual({ ...unsaid, version: "v1", address: `127.0.0.1:${v1.port}`, among: "to v1" });
      expect(named[2]).toEqual({ ...unsaid, version: null, address: null, among: "to -" });
      const { time, received, sent, duration, remote, cluster, host } = lines[1] ?? {};
      expect((await logs.after("usual", others, 4))[1]).toBe(
        `[${time}] "POST test.Echo /test.Echo/buy" ${business} business-error 200 - via_upstream ` +
          `${received} ${sent} ${duration} "${remote}" "route-0" "${cluster}" "${host}"`,
      );
    });
  },
  { lanes: ONE_BY_ONE },
);

const CALLS = 2_000;
const SHARE = 0.2;

const first = to("first");
const paths = new Logs();
const mesh = paths.mesh({ first: { text: "%REQ(:PATH)%" }, second: { text: "%REQ(:PATH)%" } });
/** Each batch of calls has an operation of its own, by which its lines are known. */
let operations = 0;

/** How many lines of a log come of so many calls. */
async function written(log: string, caller: Caller, calls: number): Promise<number> {
  const operation = `o${++operations}`;
  for (let i = 0; i < calls; i += 20) {
    await Promise.all(Array.from({ length: 20 }, () => caller.call({ operation })));
  }
  // Long enough for a line that should not be there.
  await delay(150);
  return paths.lines(log).filter((line) => line.endsWith(`/${operation}`)).length;
}

contract(
  "access logs, switched by rules",
  async () => ({ services: { logged: { routes: [{ to: "v1" }], documents: [mesh] } } }),
  (world) => {
    test("on, a share, only failures, another log, off: no listener changes, and no connection is cut", {
      timeout: 60_000,
    }, async () => {
      const rule = (...more: Document[]) => world().rules("logged", { documents: [mesh, ...more] });
      const listeners = await world().proxy.listenerVersions();
      const caller = world().caller("logged");
      expect(await written("first", caller, 100)).toBe(0);

      rule(telemetry("logged", [first]));
      await until("each to be written", async () => (await written("first", caller, 20)) === 20);
      expect(await written("first", caller, 100)).toBe(100);

      const loads = await runtimeLoads(world());
      rule(telemetry("logged", [first], `${100 * SHARE}`));
      await until("the runtime to be loaded", async () => (await runtimeLoads(world())) > loads);
      await caller.call();
      const sigma = Math.sqrt(CALLS * SHARE * (1 - SHARE));
      expect(Math.abs((await written("first", caller, CALLS)) - CALLS * SHARE)).toBeLessThan(4 * sigma);

      const expression = "response.code >= 400 && response.code < 500";
      rule(telemetry("logged", [{ ...first, filter: { expression } }]));
      await until("only failures to be written", async () => (await written("first", caller, 20)) === 0);

      rule(telemetry("logged", [to("second")]));
      await until("another log to be written", async () => (await written("second", caller, 20)) === 20);
      expect(await written("first", caller, 20)).toBe(0);

      rule(telemetry("logged", [{ disabled: true }]));
      await until("none to be written", async () => (await written("second", caller, 20)) === 0);
      expect(await written("second", caller, 100)).toBe(0);
      expect(await world().proxy.listenerVersions()).toEqual(listeners);
      expect(caller.opened).toBe(1);
    });
  },
  // Requests go by flows while nothing is written of them.
  { lanes: ["flow"], protocols: [awesomerpc] },
);

contract(
  "a log's file that cannot be opened",
  async () => ({ services: { logged: { routes: [{ to: "v1" }], documents: [logs.mesh({ good: undefined })] } } }),
  (world) => {
    test("is named in the control plane's log, and what runs goes on until the rules are good again", async () => {
      const caller = world().caller("logged");
      const rule = (name: string) =>
        world().rules("logged", {
          routes: [{ to: "v2" }],
          documents: [logs.mesh({ [name]: undefined }), telemetry("logged", [to(name)])],
        });
      rule("no-such-folder/bad");
      const path = logs.path("no-such-folder/bad");
      const refusal = await until("the refusal", () => world().warnings.find((line) => line.includes(path)));
      expect(JSON.parse(refusal)).toMatchObject({ type: "Listener" });
      // Routes are no listener's business: they have changed, and requests go on.
      await until("requests to go by the new rule", async () => {
        expect((await caller.call()).error).toBeUndefined();
        return world().backends.v2.messages.length > 0;
      });
      expect(caller.opened).toBe(1);
      rule("good");
      await until("lines to be written", async () => {
        const again = world().caller("logged");
        await again.call({ operation: `written${world().proxy.kind}` });
        await again.close();
        return logs.lines("good").some((line) => line.includes(`written${world().proxy.kind}`));
      });
    });
  },
  { lanes: ONE_BY_ONE, protocols: [awesomerpc] },
);

function runtimeLoads(world: World): Promise<number> {
  return world.stat(/^runtime\.load_success$/);
}
