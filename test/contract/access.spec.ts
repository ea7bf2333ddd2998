import { expect, test } from "vitest";
import { ALL_PROTOCOLS, contract, dubbo, ONE_BY_ONE, postgresql, until } from "../support/index.js";

/** A policy of Istio's for one service of the suite. */
function policy(service: string, name: string, spec: object, annotations?: Readonly<Record<string, string>>) {
  const targetRefs = [{ kind: "ServiceEntry", group: "networking.istio.io", name: `${service}.test` }];
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    name: `${service}-${name}`,
    spec: { ...spec, targetRefs },
    ...(annotations && { annotations }),
  };
}

const dryRun = { "istio.io/dry-run": "true" };
const to = (...operations: string[]) => ({ to: [{ operation: { operations } }] });
const user = (...values: string[]) => ({ when: [{ key: "request.headers[User]", values }] });

const services = {
  guarded: {
    routes: [
      { match: { area: { exact: "admin" } }, to: "v1", accessControl: [{ rules: [user("root")] }] },
      { to: "v1" },
    ],
    documents: [
      policy("guarded", "readers", { rules: [to("get*", "drop"), user("root")] }),
      policy("guarded", "nobody", { action: "DENY", rules: [to("drop"), user("eve")] }),
    ],
  },
  closed: { routes: [{ to: "v1" }], documents: [policy("closed", "none", {})] },
  watched: {
    routes: [{ to: "v1" }],
    documents: [policy("watched", "soon", { action: "DENY", rules: [to("drop")] }, dryRun)],
  },
  changing: { routes: [{ to: "v1" }] },
};

const as = (name: string, more: readonly (readonly [string, string])[] = []) =>
  [["user", name], ...more] as readonly (readonly [string, string])[];

contract(
  "access",
  { services },
  (world) => {
    test("who may not ask gets the protocol's own error, and who may is served on the same connection", async () => {
      const caller = world().caller("guarded");
      const refused = async (operation: string, attributes = as("jason")) => {
        const answer = await caller.call({ operation, attributes, payload: "body" });
        if (answer.error !== undefined) expect(answer.payload.toString()).toMatch(/denied/i);
        return answer.error !== undefined;
      };
      expect(await refused("getOne")).toBe(false);
      expect(await refused("put")).toBe(true);
      expect(await refused("put", as("root"))).toBe(false);
      // Deny wins, whatever allows.
      expect(await refused("drop", as("root"))).toBe(true);
      expect(await refused("getOne", as("eve"))).toBe(true);
      expect(world().backends.v1.messages.map(({ operation }) => operation)).toEqual(["getOne", "put"]);
      expect(caller.opened).toBe(1);
    });

    test("a route's policies hold beside the service's", async () => {
      const ask = async (name: string) =>
        (
          await world()
            .caller("guarded")
            .call({ operation: "getOne", attributes: as(name, [["area", "admin"]]) })
        ).error;
      expect(await ask("jason")).toBeUndefined();
      expect(await ask("root")).toBeUndefined();
      expect(await ask("eve")).toBeDefined();
    });

    test("a policy that allows nothing refuses all", async () => {
      expect((await world().caller("closed").call()).error).toBeDefined();
      expect(world().backends.v1.messages).toEqual([]);
    });

    test("a request that wants no answer is refused too", async () => {
      const caller = world().caller("guarded");
      await caller.notify({ operation: "put", attributes: as("jason") });
      await caller.notify({ operation: "getOne", attributes: as("jason") });
      await until("the one that may", () => world().backends.v1.messages.length > 0);
      await caller.call({ operation: "getTwo", attributes: as("jason") });
      expect(
        world()
          .backends.v1.messages.map(({ operation }) => operation)
          .sort(),
      ).toEqual(["getOne", "getTwo"]);
    });

    test("a policy on trial only counts", async () => {
      const counts = () =>
        Promise.all(
          ["shadow_denied", "shadow_allowed"].map((name) => world().stat(new RegExp(`access-control\\.${name}$`))),
        );
      const before = await counts();
      const caller = world().caller("watched");
      for (const operation of ["drop", "get", "drop"]) expect((await caller.call({ operation })).error).toBeUndefined();
      const after = await counts();
      expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([2, 1]);
    });

    test("a policy comes and goes without touching a listener or a connection", async () => {
      const listeners = await world().proxy.listenerVersions();
      const caller = world().caller("changing");
      const refused = async () => (await caller.call()).error !== undefined;
      expect(await refused()).toBe(false);
      world().rules("changing", { documents: [policy("changing", "none", {})] });
      await until("the policy", refused);
      world().rules("changing", {});
      await until("no policy", async () => !(await refused()));
      expect(caller.opened).toBe(1);
      expect(await world().proxy.listenerVersions()).toEqual(listeners);
    });
  },
  { protocols: ALL_PROTOCOLS, lanes: ONE_BY_ONE },
);

contract(
  "access by Aeraki's policies",
  {
    services: {
      guarded: {
        routes: [{ to: "v1" }],
        documents: [
          {
            apiVersion: "dubbo.aeraki.io/v1alpha1",
            kind: "DubboAuthorizationPolicy",
            name: "methods",
            spec: { action: "ALLOW", rules: [{ to: [{ operation: { interfaces: ["*"], notMethods: ["drop"] } }] }] },
          },
          {
            apiVersion: "dubbo.aeraki.io/v1alpha1",
            kind: "DubboAuthorizationPolicy",
            name: "strangers",
            spec: {
              action: "DENY",
              rules: [{ from: [{ source: { notPrincipals: ["*"] } }], to: [{ operation: { methods: ["admin*"] } }] }],
            },
          },
        ],
      },
    },
  },
  (world) => {
    test("methods are allowed, and denied to callers without a name", async () => {
      const caller = world().caller("guarded");
      const errors = [];
      for (const operation of ["echo", "drop", "adminDrop"]) errors.push((await caller.call({ operation })).error);
      expect(errors).toEqual([undefined, expect.any(String), expect.any(String)]);
      expect(world().backends.v1.messages.map(({ operation }) => operation)).toEqual(["echo"]);
    });
  },
  { protocols: [dubbo], lanes: ONE_BY_ONE },
);

contract(
  "access to sessions",
  {
    services: {
      guarded: {
        routes: [{ to: "v1" }],
        documents: [
          policy("guarded", "secrets", {
            action: "DENY",
            rules: [{ when: [{ key: "request.headers[database]", values: ["secret*"] }] }],
          }),
        ],
      },
    },
  },
  (world) => {
    test("a session is judged by its opening", async () => {
      const ask = async (database: string) =>
        (
          await world()
            .caller("guarded")
            .call({ attributes: [["database", database]], payload: "select 1" })
        ).error;
      expect(await ask("books")).toBeUndefined();
      expect(await ask("secrets")).toBeDefined();
      expect(world().backends.v1.messages).toHaveLength(1);
    });
  },
  { protocols: [postgresql] },
);
