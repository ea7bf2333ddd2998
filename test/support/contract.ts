import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { findEnvoy } from "../../scripts/steps/envoy.mjs";
import { awesomerpc } from "./awesomerpc.js";
import { dubbo } from "./dubbo/index.js";
import type { Protocol } from "./protocol.js";
import { PROXIES, type ProxyKind } from "./proxy.js";
import { type Lane, startWorld, type WorldSpec } from "./start.js";
import { thrift } from "./thrift/index.js";
import type { World } from "./world.js";

/** The protocols that cases run with where they do not say. */
export const PROTOCOLS: readonly Protocol[] = [awesomerpc, dubbo];

/** Those too that answer in order, and know neither ids of their own nor heartbeats. */
export const ALL_PROTOCOLS: readonly Protocol[] = [...PROTOCOLS, thrift];

const BOTH_LANES: readonly Lane[] = ["request", "flow"];
/** For topics of what is wanted of each request by itself. */
export const ONE_BY_ONE: readonly Lane[] = ["request"];
/** There is time: `npm run test:long`. */
export const LONG = process.env["MELTEMI_LONG"] === "1";
/** For topics of what both lanes do by the same code: on both only where there is time. */
export const HARDLY_MATTERS: readonly Lane[] = LONG ? BOTH_LANES : ONE_BY_ONE;

/** Protocols that take the same way through a topic as another one does: only where there is time. */
export function withTime(...protocols: readonly Protocol[]): readonly Protocol[] {
  return LONG ? protocols : [];
}

const hasEnvoy = findEnvoy() !== null;

export interface ContractOptions {
  readonly protocols?: readonly Protocol[];
  readonly lanes?: readonly Lane[];
  /**
   * The worlds of the topic are there at the same time, each running its cases one after the other: for topics that mostly
   * wait, whose cases look at their own world alone and mind no delay of tens of milliseconds, such as the start of another
   * one costs. vitest's `onTestFinished` and `expect.poll` do not know then which test they are called in.
   */
  readonly sideBySide?: boolean;
}

/**
 * A topic of the contract: its cases run on every proxy and with every protocol. There is no way to leave a case out on
 * one proxy alone; all of Envoy's are skipped, and counted as skipped, where this machine has no Envoy.
 */
export function contract(
  topic: string,
  spec: WorldSpec | ((kind: ProxyKind, protocol: Protocol) => Promise<WorldSpec>),
  cases: (world: () => World, protocol: Protocol) => void,
  { protocols = PROTOCOLS, lanes = lanesOf(spec), sideBySide = false }: ContractOptions = {},
): void {
  const sides = PROXIES.flatMap((proxy) =>
    lanes.flatMap((lane) =>
      protocols
        .filter(({ pins = false, ordered = false }) => lane === "request" || !(pins || ordered))
        .map((protocol) => ({ proxy, lane, name: protocol.name, protocol })),
    ),
  );
  for (const { proxy, lane, name, protocol } of sides) {
    const how = lane === "flow" ? " by flows" : "";
    // Of the two suites the outer one is beside its like, the inner one has its cases in a row.
    describe(`${topic}: ${name}${how}`, { concurrent: sideBySide }, () => {
      describe(`on ${proxy}`, { sequential: true, skip: proxy === "envoy" && !hasEnvoy }, () => {
        let world: World | undefined;
        beforeAll(async () => {
          const wanted = typeof spec === "function" ? await spec(proxy, protocol) : spec;
          world = await startWorld(proxy, protocol, byLane(lane, wanted));
        });
        afterEach(({ task }) => {
          const failed = task.result?.state === "fail";
          if (failed) console.error(`--- the log of ${proxy} ends so:\n${world?.proxy.log().slice(-6_000)}`);
          world?.reset();
        });
        afterAll(() => world?.close());
        cases(() => {
          if (world === undefined) throw new Error("the world has not started");
          return world;
        }, protocol);
      });
    });
  }
}

function lanesOf(spec: Parameters<typeof contract>[1]): readonly Lane[] {
  return (typeof spec === "function" ? undefined : spec.lanes) ?? BOTH_LANES;
}

/** Services go by the lane that the topic is tried on; by flows, where their rules let them. */
function byLane(lane: Lane, spec: WorldSpec): WorldSpec {
  const said = lane === "flow" ? "auto" : "request";
  const services = Object.entries(spec.services).map(([name, service]) => {
    return [name, { ...service, annotations: { "meltemi.dev/lane": said, ...service.annotations } }] as const;
  });
  return { ...spec, services: Object.fromEntries(services) };
}
