import { type TapEvent, type TapRecord, type TapRequest, type TapWatch, watchTap } from "../../control/index.js";
import { until } from "./until.js";

/** Somebody who watches a service (`meltemi tap`), and what was seen. */
export class Watching {
  private static readonly open = new Set<Watching>();
  readonly events: TapEvent[] = [];
  private readonly watch: TapWatch;

  /** @param control address of the control plane */
  constructor(control: string, request: Partial<TapRequest> & { readonly service: string }) {
    const whole = { match: [], payload: 0, mask: [], ...request };
    this.watch = watchTap(control, whole, (event) => this.events.push(event));
    Watching.open.add(this);
  }

  get records(): TapRecord[] {
    return this.events.flatMap((event) => ("record" in event ? [event.record] : []));
  }

  /** Asks again and again until it is seen: proxies hear of a tap after a while. */
  async see(ask: () => Promise<unknown>): Promise<void> {
    await until("requests to be seen", async () => {
      await ask();
      return this.records.length > 0;
    });
  }

  close(): Promise<void> {
    Watching.open.delete(this);
    return this.watch.close();
  }

  /** For the end of a test. */
  static async closeAll(): Promise<void> {
    for (const each of Watching.open) await each.close();
  }
}
