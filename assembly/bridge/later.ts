import { StreamType } from "../abi";
import { closeStream, setEffectiveContext, setTickPeriod } from "../hostcalls";

// What a callback cannot do itself is done at the plugin's next tick. The timers run only as long as something waits. A
// root has its own, and roots come and go with configurations, so whoever begins to wait starts that of its root.
//
// A filter that closes its connection in a callback also keeps back what the callback wrote, so a connection that is to
// close after its last bytes waits for a whole tick. And bytes may be handed to the connection manager only while it is not
// itself writing: seen on Envoy 1.40, it crashes where that happens in the callback that brings the last bytes of an answer.
const REST_MS: u32 = 10;
const TURN_MS: u32 = 1;
const SLOW_MS: u32 = 1000;
const closing: Array<i32> = [];
let young: i32 = 0;
const turns: Array<Turn> = [];
const watching: Array<Watching> = [];
let kept: u32 = 0;
let soon: bool = false;

/** A connection that wants to be called back. */
export interface Turn {
  /** The connection's context is the effective one. */
  onTurn(): void;
  contextId(): i32;
}

/** A connection that looks at something from time to time. */
export interface Watching {
  /** The connection's context is the effective one. True: it need not look again. */
  onWatch(): bool;
  contextId(): i32;
}

/** Closes the connection of this context soon, its last bytes sent. */
export function closeLater(contextId: i32): void {
  if (closing.includes(contextId)) return;
  closing.push(contextId);
  young++;
  setPeriod();
}

/** Calls a connection back soon; once, however often it asks. */
export function callLater(turn: Turn): void {
  if (turns.includes(turn)) return;
  turns.push(turn);
  setPeriod();
}

/** Calls a connection back every few milliseconds until it has seen enough; asked once. */
export function watchLater(connection: Watching): void {
  watching.push(connection);
  setPeriod();
}

/**
 * Whether the ticks go on, whatever else waits; said in a callback of a connection that wants them, or at a tick.
 * @param slowly once a second is enough
 */
export function keepTicking(on: bool, slowly: bool): void {
  kept = on ? REST_MS : slowly ? SLOW_MS : 0;
  if (kept > 0) setPeriod();
}

/** There is something for the next tick, in a callback of whatever root. */
export function tickSoon(): void {
  if (soon) return;
  soon = true;
  setPeriod();
}

/** The connection of this context is gone. */
export function forgetLater(contextId: i32): void {
  for (let i = watching.length - 1; i >= 0; i--) {
    if (watching[i].contextId() == contextId) watching.splice(i, 1);
  }
  for (let i = turns.length - 1; i >= 0; i--) {
    if (turns[i].contextId() == contextId) turns.splice(i, 1);
  }
  const index = closing.indexOf(contextId);
  if (index < 0) return;
  closing.splice(index, 1);
  young = min(young, closing.length);
}

/** For the tick of this root. */
export function onLater(rootId: i32): void {
  soon = false;
  const due = closing.splice(0, closing.length - young);
  young = 0;
  for (let i = 0; i < due.length; i++) {
    setEffectiveContext(due[i]);
    closeStream(StreamType.Downstream);
  }
  for (let i = watching.length - 1; i >= 0; i--) {
    setEffectiveContext(watching[i].contextId());
    if (watching[i].onWatch()) watching.splice(i, 1);
  }
  const called = turns.splice(0, turns.length);
  for (let i = 0; i < called.length; i++) {
    setEffectiveContext(called[i].contextId());
    called[i].onTurn();
  }
  setEffectiveContext(rootId);
  setPeriod();
}

function setPeriod(): void {
  const waits = soon || closing.length + watching.length > 0;
  setTickPeriod(turns.length > 0 ? TURN_MS : waits ? REST_MS : kept);
}
