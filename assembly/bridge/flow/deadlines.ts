import { keepTicking } from "../later";
import { Flows } from "./flows";

// A deadline is kept to within one tick.
const watched: Array<Flows> = [];

/** Has this connection's deadlines looked at with each tick of the plugin. */
export function watch(flows: Flows): void {
  if (flows.watched) return;
  flows.watched = true;
  watched.push(flows);
  keepTicking(true);
}

export function forget(flows: Flows): void {
  const index = flows.watched ? watched.indexOf(flows) : -1;
  if (index < 0) return;
  flows.watched = false;
  const last = watched.pop();
  if (last != flows) watched[index] = last;
}

/** For the plugin's tick. */
export function wakeDue(): void {
  // A connection that is woken may end, and leave the list.
  for (let i = watched.length - 1; i >= 0; i--) {
    if (i >= watched.length) continue;
    const flows = watched[i];
    if (!flows.wakeIfDue()) forget(flows);
  }
  if (watched.length == 0) keepTicking(false);
}
