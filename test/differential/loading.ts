import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort, startProxy, until } from "../support/index.js";

const TYPES = "type.googleapis.com/envoy";

/** `[time][thread][level][wasm] [place] words`. */
const WORDS = /^\[[^\]]*\]\[\d+\]\[(?:error|critical)\]\[wasm\] \[[^\]]*\] (.*)$/;
/** What it ends with, whatever the reason. */
const REFUSED = /^Plugin (\S+) failed to load$/;
const POLICY = "Plugin configured to fail closed failed to load";
/** Envoy tells of an update that it refuses once it has tried all of it. */
const OVER = /Error adding\/updating listener\(s\)/;

/**
 * Lets Envoy load modules, each as a network filter of a listener of its own; what it says of those that it refuses, by name.
 * At least one has to be refused.
 */
export async function refusals(modules: ReadonlyMap<string, Uint8Array>): Promise<Map<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-loading-"));
  try {
    const adminPort = await freePort();
    const path = join(folder, "listeners.yaml");
    writeFileSync(path, stringify({ resources: [...modules].map(([name, code]) => listener(name, code)) }));
    const bootstrap = stringify({
      node: { id: "loading", cluster: "test" },
      admin: { address: address(adminPort) },
      dynamic_resources: { lds_config: { path_config_source: { path } } },
    });
    const envoy = await startProxy("envoy", { bootstrap, adminPort, concurrency: 1 });
    try {
      await until("Envoy to have tried all modules", () => OVER.test(envoy.log()));
      return said(envoy.log());
    } finally {
      await envoy.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function said(log: string): Map<string, string> {
  const found = new Map<string, string>();
  let words: string[] = [];
  for (const line of log.split("\n")) {
    const text = WORDS.exec(line)?.[1];
    if (text === undefined || text === POLICY) continue;
    const name = REFUSED.exec(text)?.[1];
    if (name === undefined) words.push(text);
    else {
      found.set(name, words.join("\n"));
      words = [];
    }
  }
  return found;
}

const address = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });

const END = { name: "end", typed_config: { "@type": `${TYPES}.extensions.filters.network.echo.v3.Echo` } };

function listener(name: string, code: Uint8Array) {
  const inline = { local: { inline_bytes: Buffer.from(code).toString("base64") } };
  const config = { name, vm_config: { vm_id: name, runtime: "envoy.wasm.runtime.v8", code: inline } };
  const typed = { "@type": `${TYPES}.extensions.filters.network.wasm.v3.Wasm`, config };
  return {
    "@type": `${TYPES}.config.listener.v3.Listener`,
    name,
    address: address(0),
    filter_chains: [{ filters: [{ name: "wasm", typed_config: typed }, END] }],
  };
}
