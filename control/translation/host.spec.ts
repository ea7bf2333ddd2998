import { test } from "vitest";
import { startHost } from "../../host/index.js";
import { CASES, translateCase } from "./cases.support.js";
import { staticBootstrap } from "./static.support.js";

test.each(CASES)("the host takes what %s comes to", async (name) => {
  const bootstrap = JSON.stringify(onAnyPort(staticBootstrap(translateCase(name).resources, 0)));
  await (await startHost({ bootstrap })).close();
});

/** The cases' addresses are not this machine's. */
function onAnyPort(bootstrap: Record<string, unknown>): unknown {
  const { listeners, ...others } = bootstrap["static_resources"] as { listeners: Record<string, unknown>[] };
  const anywhere = { socket_address: { address: "127.0.0.1", port_value: 0 } };
  const moved = listeners.map((listener) => ("address" in listener ? { ...listener, address: anywhere } : listener));
  return { ...bootstrap, static_resources: { ...others, listeners: moved } };
}
