/** A number for a configuration of this name; another one whenever it is not as it was the last time. */
export type Serials = (name: string, configuration: unknown) => number | undefined;

/**
 * Seen on Envoy 1.40: a plugin whose configuration goes back to what it was is found in a cache, as long as connections of
 * that time live, and hears nothing of it; those that are open would go by the settings between. So no configuration that
 * has to reach open connections is ever given out twice.
 */
export function serialNumbers(): Serials {
  const last = new Map<string, { text: string; serial: number }>();
  // Proxies outlive control planes, and their caches do too.
  let next = Date.now();
  return (name, configuration) => {
    const text = JSON.stringify(configuration);
    const known = last.get(name);
    if (known?.text === text) return known.serial;
    const serial = next++;
    last.set(name, { text, serial });
    return serial;
  };
}

/** For translations that nobody is served: the same model always gives the same. */
export const noSerials: Serials = () => undefined;
