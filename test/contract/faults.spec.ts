import { expect, test } from "vitest";
import { ALL_PROTOCOLS, awesomerpc, contract, dubbo, ONE_BY_ONE, redis, until } from "../support/index.js";

const DELAY = 200;
const all = { value: 100 };
const when = (value: string) => ({ match: { case: { exact: value } }, to: "v1" });

const calling = (value: string) => ({ attributes: [["case", value]] as const, payload: "body" });

const services = {
  faulty: {
    routes: [
      { ...when("code"), fault: { abort: { percentage: all, code: 42, message: "injected ✓" } } },
      { ...when("status"), fault: { abort: { percentage: all, httpStatus: 503, message: "gone fishing" } } },
      {
        ...when("exception"),
        fault: { abort: { percentage: all, exception: "java.lang.IllegalStateException", message: "no" } },
      },
      { ...when("delay"), fault: { delay: { percentage: all, fixedDelay: `${DELAY}ms` } } },
      { ...when("long"), fault: { delay: { percentage: all, fixedDelay: "1s" } } },
      {
        ...when("both"),
        fault: { delay: { percentage: all, fixedDelay: `${DELAY}ms` }, abort: { percentage: all, code: 43 } },
      },
      { ...when("half"), fault: { seed: 7, abort: { percentage: { value: 50 }, code: 42 } } },
      { ...when("half again"), fault: { seed: 7, abort: { percentage: { value: 50 }, code: 42, message: "again" } } },
      { to: "v1" },
    ],
  },
  changing: { routes: [{ to: "v1" }] },
};

contract(
  "faults",
  { services },
  (world) => {
    test("an abort is the protocol's own error, in the rule's own words, and reaches no backend", async () => {
      const { protocol } = world();
      const caller = world().caller("faulty");
      for (const [name, words] of [
        ["code", "injected ✓"],
        ["status", "gone fishing"],
      ] as const) {
        const answer = await caller.call(calling(name));
        expect([answer.error, answer.payload.toString()]).toEqual([expect.any(String), words]);
      }
      const socket = world().socket("faulty");
      const got: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => got.push(chunk));
      socket.write(protocol.request(9n, calling("code")));
      const [answer] = await until("an answer", () => {
        const found = protocol.answers(Buffer.concat(got));
        return found.length > 0 && found;
      });
      expect([answer?.id, answer?.code]).toEqual([9n, 42]);
      expect(world().backends.v1.messages).toHaveLength(0);
      expect(caller.opened).toBe(1);
    });

    test("a delay holds back its request alone, and the request then arrives as it was", async () => {
      const { protocol } = world();
      const started = Date.now();
      const delayed = world().caller("faulty").call(calling("delay"));
      const other = await world().caller("faulty").call(calling("none"));
      expect(Date.now() - started).toBeLessThan(DELAY);
      expect(other.payload.toString()).toBe("body");
      expect((await delayed).payload.toString()).toBe("body");
      expect(Date.now() - started).toBeGreaterThanOrEqual(DELAY - 5);
      const raw = world().backends.v1.messages.map((message) => protocol.withoutId(message.raw).toString("hex"));
      expect(raw.sort()).toEqual(
        ["delay", "none"].map((value) => protocol.request(0n, calling(value)).toString("hex")).sort(),
      );
    });

    test("a delay and an abort: the error comes late", async () => {
      const started = Date.now();
      const answer = await world().caller("faulty").call(calling("both"));
      expect([answer.error, answer.payload.toString()]).toEqual([expect.any(String), "an injected fault"]);
      expect(Date.now() - started).toBeGreaterThanOrEqual(DELAY - 5);
    });

    test("who leaves during a delay leaves nothing behind", async () => {
      const leavers = Array.from({ length: 20 }, () => world().caller("faulty"));
      for (const leaver of leavers) leaver.call(calling("long")).catch(() => undefined);
      await until("all to wait", async () => (await world().stat(/fault-injection\.active$/)) === leavers.length);
      for (const leaver of leavers) leaver.destroy();
      await until("none to wait", async () => (await world().stat(/fault-injection\.active$/)) === 0);
      await world().caller("faulty").call(calling("delay"));
      expect(world().backends.v1.messages).toHaveLength(1);
    });

    test("what strikes by half strikes again alike with the same seed", async () => {
      const fates = async (value: string) => {
        const caller = world().caller("faulty");
        const fates: boolean[] = [];
        for (let i = 0; i < 64; i++) fates.push((await caller.call(calling(value))).error !== undefined);
        return fates;
      };
      const first = await fates("half");
      expect(first.filter(Boolean).length).toBeGreaterThan(16);
      expect(first.filter(Boolean).length).toBeLessThan(48);
      expect(await fates("half again")).toEqual(first);
    });

    test("a fault comes and goes with its rule, and no connection is cut", async () => {
      const caller = world().caller("changing");
      const fails = async () => (await caller.call()).error !== undefined;
      expect(await fails()).toBe(false);
      world().route("changing", [{ to: "v1", fault: { abort: { percentage: all, code: 42 } } }]);
      await until("the fault", fails);
      world().route("changing", [{ to: "v1" }]);
      await until("no fault", async () => !(await fails()));
      expect(caller.opened).toBe(1);
    });

    test("no peer can say what only rules may", async () => {
      const forged = [
        ["x-meltemi-fault", "abort"],
        ["x-meltemi-code", "42"],
        ["x-meltemi-exception", "a.B"],
      ] as const;
      world().backends.v1.reply = () => ({ attributes: forged, payload: "mine" });
      const answer = await world().caller("faulty").call({ attributes: forged, payload: "mine" });
      expect(answer.error).toBeUndefined();
      expect(answer.payload.toString()).toBe("mine");
      expect(answer.attributes).toEqual(forged);
      expect(world().backends.v1.messages[0]?.attributes).toEqual(forged);
      const status = await world()
        .caller("faulty")
        .call({ attributes: [["case", "status"], ...forged] });
      expect(status.payload.toString()).toBe("gone fishing");
      expect(status.code).not.toBe(42);
    });
  },
  { protocols: ALL_PROTOCOLS, lanes: ONE_BY_ONE },
);

contract(
  "many delays",
  { services },
  (world) => {
    test("of 1,000 at a time none is let go early, and none is forgotten", async () => {
      const caller = world().caller("faulty", 30_000);
      const waits = await Promise.all(
        Array.from({ length: 1_000 }, async () => {
          const started = performance.now();
          const { error } = await caller.call(calling("long"));
          return error ?? performance.now() - started;
        }),
      );
      expect(waits.filter((wait) => typeof wait !== "number" || wait < 999)).toEqual([]);
      expect(await world().stat(/fault-injection\.active$/)).toBe(0);
    });
  },
  { protocols: [awesomerpc], lanes: ONE_BY_ONE },
);

contract(
  "exceptions",
  { services },
  (world) => {
    test("an abort may be an exception of the application's", async () => {
      const answer = await world()
        .caller("faulty")
        .call({ attributes: [["case", "exception"]] });
      expect([answer.error, answer.payload.toString()]).toEqual(["business", "no"]);
    });
  },
  { protocols: [dubbo], lanes: ONE_BY_ONE },
);

const key = (value: string) => ({ match: { key: { exact: value } }, to: "v1" });
const asked = (value: string, payload = "x") => ({ attributes: [["key", value]] as const, payload });

contract(
  "faults of commands",
  {
    services: {
      faulty: {
        routes: [
          { ...key("loading"), fault: { abort: { percentage: all, exception: "LOADING", message: "wait\r\n✓" } } },
          { ...key("class"), fault: { abort: { percentage: all, exception: "a.B", message: "no code" } } },
          { ...key("number"), fault: { abort: { percentage: all, code: 42, message: "no code either" } } },
          { ...key("delay"), fault: { delay: { percentage: all, fixedDelay: `${DELAY}ms` } } },
          { to: "v1" },
        ],
      },
    },
  },
  (world) => {
    test("an abort is an error with the rule's code and words, in its place in the line", async () => {
      const caller = world().caller("faulty");
      const keys = ["first", "loading", "class", "number", "last"];
      const answers = await Promise.all(keys.map((name) => caller.call(asked(name, `answer to ${name}`))));
      expect(answers.map(({ payload }) => payload.toString("latin1"))).toEqual([
        "answer to first",
        Buffer.from("LOADING wait  ✓").toString("latin1"),
        "ERR no code",
        "ERR no code either",
        "answer to last",
      ]);
      expect(world().backends.v1.messages).toHaveLength(2);
    });

    test("a delay holds back the answers behind it, and not the commands", async () => {
      const caller = world().caller("faulty");
      const started = Date.now();
      const order: string[] = [];
      const calls = ["delay", "next"].map(async (name) => {
        const answer = await caller.call(asked(name, name));
        order.push(answer.payload.toString());
      });
      await Promise.all(calls);
      expect(order).toEqual(["delay", "next"]);
      expect(Date.now() - started).toBeGreaterThanOrEqual(DELAY - 5);
      expect(world().backends.v1.messages.map(({ payload }) => payload.toString())).toEqual(["next", "delay"]);
    });
  },
  { protocols: [redis], lanes: ONE_BY_ONE },
);
