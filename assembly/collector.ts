// The runtime is AssemblyScript's `minimal`: it keeps no second stack of references, which doubles the speed of everything
// here, and so it cannot collect by itself. It may collect only where nobody up the stack holds a reference: when the
// outermost call from the host is done.

/** So many calls of the host make a collection worth it, and so many more for each context that it has to look at. */
const CALLS: i32 = 4096;
const CALLS_PER_CONTEXT: i32 = 4;

let callsLeft: i32 = CALLS;
let collected: (() => void) | null = null;

/** Calls this after each collection from now on: for what is worth a look now and then, in every VM that is busy. */
export function afterCollections(look: () => void): void {
  collected = look;
}

/** For the dispatcher, when the outermost call is done. `contexts` of the host live. */
export function collectWhenDue(contexts: i32): void {
  if (--callsLeft > 0) return;
  collectNow(contexts);
}

/** For the dispatcher, likewise: after a call that left much behind. */
export function collectNow(contexts: i32): void {
  callsLeft = CALLS + contexts * CALLS_PER_CONTEXT;
  __collect();
  const look = collected;
  if (look != null) look();
}
