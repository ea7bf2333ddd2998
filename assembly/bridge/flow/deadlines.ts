import { keepTicking } from "../later";
import { now } from "../clock";
import { Flows } from "./flows";

// A deadline is kept to within one tick.
const watched: Array<Flows> = [];
// Streams grow old within seconds, so their connections are looked at once a second.
const AGEING_MS: i64 = 1000;
const ageing: Array<Flows> = [];
let looked: i64 = 0;

/** Has this connection's deadlines looked at with each tick of the plugin. */
export function watch(flows: Flows): void {
  if (flows.watched) return;
  flows.watched = true;
  watched.push(flows);
  setTicks();
}

/** Has the age of this connection's streams looked at, whether its client says anything or not. */
export function watchAge(flows: Flows): void {
  if (flows.ageing) return;
  flows.ageing = true;
  ageing.push(flows);
  setTicks();
}

export function forget(flows: Flows): void {
  if (flows.watched) remove(watched, flows);
  if (flows.ageing) remove(ageing, flows);
  flows.watched = false;
  flows.ageing = false;
}

function remove(list: Array<Flows>, flows: Flows): void {
  const index = list.indexOf(flows);
  const last = list.pop();
  if (last != flows) list[index] = last;
}

/** For the plugin's tick. */
export function wakeDue(): void {
  if (now() - looked >= AGEING_MS) lookAtAges();
  // A connection that is woken may end, and leave the list.
  for (let i = watched.length - 1; i >= 0; i--) {
    if (i >= watched.length) continue;
    const flows = watched[i];
    if (flows.wakeIfDue() || !flows.watched) continue;
    remove(watched, flows);
    flows.watched = false;
  }
  setTicks();
}

function lookAtAges(): void {
  looked = now();
  for (let i = ageing.length - 1; i >= 0; i--) {
    const flows = ageing[i];
    if (flows.retireOld()) continue;
    remove(ageing, flows);
    flows.ageing = false;
  }
}

function setTicks(): void {
  keepTicking(watched.length > 0, ageing.length > 0);
}
