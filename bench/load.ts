import type { Figures, Load } from "./measurement.js";
import { runScript } from "./processes.js";
import type { Drive, Target } from "./scenario.js";

/** What the load client is told. */
export interface LoadOrder {
  /** URL of a module that exports `speak`. */
  readonly speaker: string;
  readonly target: Target;
  readonly load: Load;
  readonly seconds: number;
}

/** Pushes with the bench's own load client; the module at this URL knows what to say. */
export function loadClient(speaker: URL): Drive {
  return async (target, load, seconds) => {
    const order: LoadOrder = { speaker: speaker.href, target, load, seconds };
    const line = await runScript(new URL("./load-client.js", import.meta.url), JSON.stringify(order));
    return JSON.parse(line) as Figures;
  };
}
