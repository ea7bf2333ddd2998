import { expect, test } from "vitest";
import { bareEndpoint, LiveEndpoint } from "./endpoint.js";
import { PrioritySet } from "./priority-set.js";

let port = 0;

/** So many endpoints of a priority, of which so many are healthy. */
function level(priority: number, count: number, healthyCount: number): LiveEndpoint[] {
  return Array.from({ length: count }, (_, index) => {
    const healthy = index < healthyCount;
    const bare = bareEndpoint({ kind: "tcp", host: "10.0.0.1", port: ++port });
    return new LiveEndpoint({ ...bare, priority, healthy });
  });
}

// The tables of Envoy's documentation on priority levels: percentages healthy, and what each priority takes.
test.each([
  [[100, 100], [100, 0], false],
  [[72, 100], [100, 0], false],
  [[71, 100], [99, 1], false],
  [[50, 100], [70, 30], false],
  [[25, 100], [35, 65], false],
  [[0, 100], [0, 100], false],
  [[25, 25], [50, 50], true],
  [[5, 0, 0], [33, 33, 33], true],
  [[50, 50, 0], [70, 30, 0], false],
])("%j percent healthy: %j percent of the requests", (healthy, loads, panic) => {
  const set = new PrioritySet(
    healthy.flatMap((count, priority) => level(priority, 100, count)),
    50,
  );
  const [first = 0, ...others] = loads;
  // What rounding leaves, the first has too.
  expect(set.loads).toEqual([first + 100 - loads.reduce((all, load) => all + load, 0), ...others]);
  expect(set.panic).toBe(panic);
});

test("without a panic threshold endpoints that are not healthy get nothing, whatever is left", () => {
  const set = new PrioritySet([...level(0, 2, 0), ...level(1, 2, 1), ...level(2, 2, 0)], 0);
  expect([set.loads, set.panic]).toEqual([[0, 100, 0], false]);
  expect(set.levels.map(({ candidates }) => candidates.length)).toEqual([0, 1, 0]);
  const none = new PrioritySet([...level(0, 1, 0), ...level(1, 1, 0)], 0);
  expect(none.levels[none.priorityAt(99)]?.candidates).toEqual([]);
});

test("a priority without endpoints is passed over", () => {
  const set = new PrioritySet(level(2, 1, 1), 50);
  expect([set.loads, set.priorityAt(0), set.priorityAt(99)]).toEqual([[0, 0, 100], 2, 2]);
});

test("draws fall as the loads are, and an endpoint may change its priority", () => {
  const hosts = [...level(0, 2, 1), ...level(1, 1, 1)];
  const set = new PrioritySet(hosts, 50);
  const taken = Array.from({ length: 100 }, (_, draw) => set.priorityAt(draw));
  expect([taken.filter((priority) => priority === 0).length, taken.at(-1)]).toEqual([70, 1]);
  const { next, gone } = set.update(hosts.map(({ address }) => ({ ...bareEndpoint(address), priority: 1 })));
  expect([next.all, next.loads, gone]).toEqual([hosts, [0, 100], []]);
});
