import { afterEach, expect, test } from "vitest";
import type { TapRequest } from "../../control/index.js";
import { awesomerpc, contract, SERVICE_PORT, until, Watching, type World } from "../support/index.js";

const services = {
  watched: { routes: [{ match: { user: { exact: "Jason" } }, to: "v1" as const }] },
  other: { routes: [{ to: "v2" as const }] },
};

const ATTRIBUTES = [
  ["user", "Jason"],
  ["x-auth-token", "s3cr3t"],
  ["X-Colour", "blue"],
] as const;

afterEach(() => Watching.closeAll());

async function watchCalls(world: World, request: Partial<TapRequest> = {}): Promise<Watching> {
  const tap = new Watching(world.control, { service: "watched.test", ...request });
  const caller = world.caller("watched");
  await tap.see(() => caller.call({ operation: "first", attributes: ATTRIBUTES, payload: "x" }));
  return tap;
}

/** On either lane, each of which has its own way to record calls. */
function cases(world: () => World): void {
  test("who watches a service sees its calls, and where each went", async () => {
    const listeners = await world().proxy.listenerVersions();
    const caller = world().caller("watched");
    await caller.call({ operation: "before", attributes: ATTRIBUTES });
    const tap = await watchCalls(world());
    const { v1 } = world().backends;
    v1.latency = () => 50;
    // On the connection that was open before anybody watched.
    await caller.call({ operation: "list", attributes: ATTRIBUTES, payload: "hello" });
    v1.latency = () => 0;
    v1.reply = () => ({ business: true, payload: "out of stock" });
    await caller.call({ operation: "buy", attributes: ATTRIBUTES });
    await caller.call({ operation: "lost" });
    await caller.notify({ operation: "tell", attributes: ATTRIBUTES });
    await world().caller("other").call({ operation: "unseen" });
    const records = await until("four calls", () => {
      const found = tap.records.filter(({ operation }) => operation !== "first");
      return found.length >= 4 && found;
    });
    expect(records.map(({ operation, status }) => `${operation} ${status}`).sort()).toEqual([
      "buy business_error",
      "list success",
      "lost proxy",
      "tell one_way",
    ]);
    const list = records.find(({ operation }) => operation === "list");
    expect(list).toMatchObject({
      kind: "call",
      service: `watched.test:${SERVICE_PORT}`,
      interface: "test.Echo",
      backend: `127.0.0.1:${v1.port}`,
    });
    expect(list?.proxy).toMatch(/^test-\d+$/);
    expect(list?.attributes).toMatchObject({ user: "Jason", "x-auth-token": "***", "X-Colour": "blue" });
    expect(list?.latencyMs).toBeGreaterThanOrEqual(49);
    expect(list?.requestBytes).toBeGreaterThan(20);
    expect(list?.answerBytes).toBeGreaterThan(10);
    expect(Math.abs(Date.now() - Date.parse(list?.time ?? ""))).toBeLessThan(60_000);
    expect(list?.request).toBeUndefined();
    expect(JSON.stringify(tap.events)).not.toContain("s3cr3t");
    expect(records.find(({ operation }) => operation === "lost")).toMatchObject({ code: 404, backend: "" });
    expect(await world().proxy.listenerVersions()).toEqual(listeners);
  });

  test("a match, payloads and words of one's own", async () => {
    const tap = await watchCalls(world(), { payload: 4_096, mask: ["colour"] });
    const matching = new Watching(world().control, {
      service: `watched.test:${SERVICE_PORT}`,
      match: [
        { name: "USER", value: "Ja*" },
        { name: "operation", value: "wanted" },
      ],
    });
    await until("the second to watch", () => matching.events.length > 0);
    const caller = world().caller("watched");
    await caller.call({ operation: "unwanted", attributes: ATTRIBUTES, payload: "payload-1" });
    await caller.call({ operation: "wanted", attributes: ATTRIBUTES, payload: "payload-2" });
    await until("both calls", () => tap.records.filter(({ operation }) => /wanted$/.test(operation)).length === 2);
    await until("the one that matches", () => matching.records.length > 0);
    expect(matching.records.map(({ operation }) => operation)).toEqual(["wanted"]);
    // Only who asks for payloads gets them.
    expect(matching.records[0]).not.toHaveProperty("request");
    const wanted = tap.records.find(({ operation }) => operation === "wanted");
    expect(Buffer.from(wanted?.request ?? "", "base64").toString("latin1")).toContain("payload-2");
    expect(Buffer.from(wanted?.answer ?? "", "base64").length).toBe(wanted?.answerBytes);
    expect(wanted?.attributes).toMatchObject({ user: "Jason", "X-Colour": "***" });
  });

  test("when nobody watches any more, nothing is reported", async () => {
    const reports = () => world().stat(/cluster\.meltemi_control\..*upstream_rq_(total|completed)$/);
    const tap = await watchCalls(world());
    await tap.close();
    const caller = world().caller("watched");
    // The proxy hears of it after a while: no more reports in a row of calls.
    await until("the reports to end", async () => {
      const before = await reports();
      for (let index = 0; index < 5; index++) await caller.call({ operation: "unseen", attributes: ATTRIBUTES });
      await new Promise((resolve) => setTimeout(resolve, 50));
      return (await reports()) === before;
    });
  });
}

contract("tap", { services }, cases, { lanes: ["request"] });
contract("tap", { services }, cases, { lanes: ["flow"], protocols: [awesomerpc] });
