import { createHash } from "node:crypto";
import type { Destination, Model, Route, Service } from "../model/index.js";
import { destinationHashKeys } from "./hash-keys.js";
import { type Apart, apartOf } from "./told-apart.js";

/** A destination of a route, and the cells of the draw that lead to it: from `first` up to, and not including, `end`. */
export interface Share {
  readonly destination: Destination;
  /** Undefined where the route has one destination: it takes all. */
  readonly cells?: { readonly first: number; readonly end: number };
}

/** How the requests of a service go by flows: the codec draws and forms keys by it, and the routes match by it. */
export interface FlowPlan {
  /** Changes with all that a stream's way depends on. */
  readonly revision: string;
  /** The attributes that any rule looks at. */
  readonly attributes: readonly string[];
  /** What rules tell apart in the values of these; of others, each value may have a way of its own. */
  readonly apart: Readonly<Record<string, Apart>>;
  /**
   * The widths of the cells that each request is drawn into. All splits of a service use one draw: its cells are cut where
   * any of them has a boundary, so that each request's destination is settled before its route is.
   */
  readonly draw: readonly number[];
  readonly routes: readonly { readonly route: Route; readonly shares: readonly Share[] }[];
  /** Streams that share a key's requests. */
  readonly streams: number;
}

/** Weights may have any total; beyond this many steps they are rounded. */
const MOST_STEPS = 1_000_000_000;
const ROUNDED_STEPS = 1_000_000;
/** One stream reaches one endpoint, and each costs a connection. */
const MOST_STREAMS = 8;

/** Works out the plan of a service's rules. */
export function flowPlan(rules: readonly Route[], model: Model): FlowPlan {
  const splits = rules.map(({ destinations }) => destinations.filter(({ weight }) => weight > 0));
  const totals = splits.filter((split) => split.length > 1).map((split) => sum(split.map(({ weight }) => weight)));
  const exact = totals.reduce((steps, total) => Math.min(leastCommonMultiple(steps, total), MOST_STEPS + 1), 1);
  const steps = exact > MOST_STEPS ? ROUNDED_STEPS : exact;
  const bounds = splits.map((split) =>
    boundaries(
      split.map(({ weight }) => weight),
      steps,
    ),
  );
  const cuts = [...new Set([0, ...bounds.flat()])].sort((a, b) => a - b);
  const draw = totals.length === 0 ? [] : cuts.slice(1).map((cut, index) => cut - (cuts[index] ?? 0));
  const routes = rules.map((route, index) => ({
    route,
    shares: sharesOf(splits[index] ?? [], bounds[index] ?? [], cuts),
  }));
  const hashed = hashedBy(rules, model);
  const attributes = attributesOf(rules, hashed);
  const apart = apartOf(
    rules.flatMap(({ match }) => match),
    hashed,
  );
  const ways = routes.map(({ route: { name, match }, shares }) => ({ name, match, shares }));
  const revision = createHash("sha256")
    .update(JSON.stringify({ attributes, apart, draw, ways }))
    .digest("hex")
    .slice(0, 16);
  return { revision, attributes, apart, draw, routes, streams: streamsFor(splits.flat(), model) };
}

/** Where each share ends, in steps. */
function boundaries(weights: readonly number[], steps: number): number[] {
  const total = sum(weights);
  let passed = 0;
  return weights.map((weight) => {
    passed += weight;
    return Math.round((passed / total) * steps);
  });
}

function sharesOf(split: readonly Destination[], ends: readonly number[], cuts: readonly number[]): Share[] {
  return split.map(({ host, port, subset }, index): Share => {
    const destination = { host, port, subset };
    if (split.length === 1) return { destination };
    const first = cuts.indexOf(index === 0 ? 0 : (ends[index - 1] ?? 0));
    return { destination, cells: { first, end: cuts.indexOf(ends[index] ?? 0) } };
  });
}

function hashedBy(rules: readonly Route[], model: Model): string[] {
  return rules.flatMap(({ destinations }) =>
    destinationHashKeys(destinations, model).flatMap((key) => (key === "sourceAddress" ? [] : [key.attribute])),
  );
}

function attributesOf(rules: readonly Route[], hashed: readonly string[]): string[] {
  const matched = rules.flatMap(({ match }) => match.map(({ name }) => name));
  return [...new Set([...matched, ...hashed].map((name) => name.toLowerCase()))].sort();
}

function streamsFor(destinations: readonly Destination[], { services }: Model): number {
  const counts = destinations.map(({ host, port, subset }) => {
    const service = services.find((candidate) => candidate.host === host && candidate.port === port);
    return service === undefined ? 1 : spread(service, subset);
  });
  return Math.min(MOST_STREAMS, Math.max(1, ...counts));
}

/** Endpoints that one key's requests may go to. */
function spread({ endpoints, policy, subsets }: Service, name: string): number {
  const subset = subsets.find((candidate) => candidate.name === name);
  // What is hashed goes to one of them anyway.
  if ((subset?.policy ?? policy).balance.kind === "hash") return 1;
  return endpoints.filter(({ labels }) =>
    Object.entries(subset?.labels ?? {}).every(([label, value]) => labels[label] === value),
  ).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
