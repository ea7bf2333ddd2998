import { expect, test } from "vitest";
import { startHost } from "../../host/index.js";
import { CASES, translateCase } from "./cases.support.js";
import { staticBootstrap } from "./static.support.js";

/** Fields that Envoy has and the host says it has not; a rule that needs one works on Envoy alone. */
const ENVOY_ONLY: Readonly<Record<string, string>> = { ejection: "outlier_detection: not implemented" };

test.each(CASES)("the host takes what %s comes to, or says what it lacks", async (name) => {
  const start = () =>
    startHost({ bootstrap: JSON.stringify(onAnyPort(staticBootstrap(translateCase(name).resources, 0))) });
  const lacking = ENVOY_ONLY[name];
  if (lacking !== undefined) await expect(start()).rejects.toThrow(lacking);
  else await (await start()).close();
});

/** The cases' addresses are not this machine's. */
function onAnyPort(bootstrap: Record<string, unknown>): unknown {
  const { listeners, ...others } = bootstrap["static_resources"] as { listeners: Record<string, unknown>[] };
  const anywhere = { socket_address: { address: "127.0.0.1", port_value: 0 } };
  const moved = listeners.map((listener) => ("address" in listener ? { ...listener, address: anywhere } : listener));
  return { ...bootstrap, static_resources: { ...others, listeners: moved } };
}
