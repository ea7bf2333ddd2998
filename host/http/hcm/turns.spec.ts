import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Turns } from "./turns.js";

function setUp(names: readonly string[]) {
  const connection = { blocked: true };
  const order: string[] = [];
  const turns = new Turns(() => connection.blocked);
  const streams = names.map((name) => ({ onTurn: () => order.push(name) }));
  for (const stream of streams) turns.begin(stream);
  return { connection, order, turns, streams };
}

test("on a full connection nobody goes on; then the one that began first does, and the others when there is room left", async () => {
  const { connection, order, turns, streams } = setUp(["a", "b", "c"]);
  for (const stream of [...streams].reverse()) turns.ready(stream);
  expect(order).toEqual([]);
  connection.blocked = false;
  turns.next();
  expect(order).toEqual(["a"]);
  connection.blocked = true;
  await nextTurn();
  expect(order).toEqual(["a"]);
  connection.blocked = false;
  turns.next();
  await nextTurn();
  expect(order).toEqual(["a", "b", "c"]);
});

test("one that is over makes way, and has no turn any more", async () => {
  const { connection, order, turns, streams } = setUp(["a", "b"]);
  for (const stream of streams) turns.ready(stream);
  connection.blocked = false;
  for (const stream of streams.slice(0, 1)) turns.end(stream);
  await nextTurn();
  expect(order).toEqual(["b"]);
});
