import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { bootstrap } from "./bootstrap/index.js";
import { Envoy, envoyBinary, freePort } from "./envoy.support.js";
import { idleModule } from "./server/hand-made.support.js";
import { type Control, startControl } from "./start.js";

let folder: string;
let control: Control | undefined;
let envoy: Envoy | undefined;
let servicePort: number;
const log: string[] = [];

beforeEach(async () => {
  log.length = 0;
  folder = await mkdtemp(join(tmpdir(), "meltemi-control-"));
  servicePort = await freePort();
  const module = await idleModule();
  for (const name of ["rules", "modules/codecs", "modules/http"]) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, "modules/codecs/awesomerpc.wasm"), module);
  await writeFile(join(folder, "modules/http/header-mutation.wasm"), module);
});

afterEach(async () => {
  await envoy?.stop();
  await control?.close();
  [envoy, control] = [undefined, undefined];
  await rm(folder, { recursive: true });
});

function writeRules(weight: number | string): Promise<void> {
  return writeFile(
    join(folder, "rules/reviews.yaml"),
    `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: reviews, namespace: bookinfo }
spec:
  hosts: [reviews.bookinfo]
  ports: [{ number: ${servicePort}, name: tcp-metaprotocol-awesomerpc, protocol: TCP }]
  resolution: STATIC
  endpoints:
    - { address: 127.0.0.1, labels: { version: v1 } }
    - { address: 127.0.0.2, labels: { version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: bookinfo }
spec:
  host: reviews.bookinfo
  subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
---
apiVersion: metaprotocol.aeraki.io/v1alpha1
kind: MetaRouter
metadata: { name: reviews, namespace: bookinfo }
spec:
  hosts: [reviews.bookinfo]
  routes:
    - name: split
      route:
        - { destination: { host: reviews.bookinfo, subset: v1 }, weight: ${weight} }
        - { destination: { host: reviews.bookinfo, subset: v2 }, weight: 10 }
`,
  );
}

function start(port = 0): Promise<Control> {
  const logger = pino({ base: null }, { write: (line: string) => void log.push(line) });
  return startControl({ rules: join(folder, "rules"), modules: join(folder, "modules"), port, logger });
}

/** An Envoy with this bootstrap, as it would be printed for it or another. */
async function startEnvoy(nodeId: string, change = (text: string) => text): Promise<Envoy> {
  const adminPort = await freePort();
  const controlPort = control?.port ?? 0;
  envoy = Envoy.start(change(bootstrap({ controlPort, adminPort, nodeId })), adminPort);
  await envoy.ready();
  return envoy;
}

test.skipIf(envoyBinary === null)(
  "rules in a folder reach a real Envoy; a change touches no listener, a mistake nothing at all",
  async () => {
    await writeRules(30);
    control = await start();
    const admin = await startEnvoy("start");
    const weights = async (): Promise<string[]> => {
      const dump = JSON.parse(await admin.admin("/config_dump?resource=dynamic_route_configs"));
      return JSON.stringify(dump).match(/(?<="weight":)\d+/g) ?? [];
    };
    const version = async (type: string): Promise<number> => admin.stat(`${type}.version`);

    expect(log.join("")).not.toMatch(/refused/);
    expect(await admin.stat("listener_manager.listener_create_success")).toBeGreaterThanOrEqual(2);
    await expect.poll(weights).toEqual(["30", "10"]);
    const [listeners, clusters] = [await version("listener_manager.lds"), await version("cluster_manager.cds")];

    await writeRules(40);
    await expect.poll(weights, { timeout: 5000 }).toEqual(["40", "10"]);
    await writeRules("many");
    await expect
      .poll(() => log.join(""), { timeout: 5000 })
      .toContain("reviews.yaml:27:74: error: spec.routes[0].route[0].weight: ");
    expect(log.join("")).toContain("nothing changes until they are corrected");
    expect(await weights()).toEqual(["40", "10"]);
    await writeRules(50);
    await expect.poll(weights, { timeout: 5000 }).toEqual(["50", "10"]);
    expect([await version("listener_manager.lds"), await version("cluster_manager.cds")]).toEqual([
      listeners,
      clusters,
    ]);
    expect(await admin.stat("listener_manager.listener_modified")).toBe(0);
    expect(log.join("")).not.toMatch(/refused/);
  },
);

test.skipIf(envoyBinary === null)(
  "a control plane that starts on broken rules takes nothing from its proxies",
  async () => {
    await writeRules(30);
    control = await start();
    const { port } = control;
    const admin = await startEnvoy("start");
    const active = await admin.stat("listener_manager.total_listeners_active");
    await control.close();
    await writeRules("many");
    control = await start(port);
    await expect.poll(() => log.filter((line) => line.includes("proxy connected")).length, { timeout: 10_000 }).toBe(2);
    expect(await admin.stat("listener_manager.total_listeners_active")).toBe(active);
    await writeRules(60);
    await expect
      .poll(() => admin.admin("/config_dump?resource=dynamic_route_configs"), { timeout: 5000 })
      .toMatch(/"weight": 60/);
    expect(await admin.stat("listener_manager.total_listeners_active")).toBe(active);
    expect(await admin.stat("listener_manager.listener_modified")).toBe(0);
  },
);

test.skipIf(envoyBinary === null)(
  "a proxy whose bootstrap is from before there was a runtime layer works, and is told that it writes no access log",
  async () => {
    await writeRules(30);
    control = await start();
    await startEnvoy("old", (text) => {
      const { layered_runtime: _, ...old } = parse(text) as Record<string, unknown>;
      return stringify(old);
    });
    expect(log.join("")).not.toContain("no runtime layer");
    await writeFile(
      join(folder, "rules/telemetry.yaml"),
      `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: all, namespace: bookinfo }
spec: { accessLogging: [{ providers: [{ name: envoy }] }] }
`,
    );
    await expect.poll(() => log.filter((line) => line.includes("no runtime layer"))).toHaveLength(1);
    await writeRules(40);
    await expect.poll(() => log.filter((line) => line.includes("configuration changed")).length).toBeGreaterThan(2);
    expect(log.filter((line) => line.includes("no runtime layer"))).toHaveLength(1);
    expect(log.join("")).not.toMatch(/refused/);
  },
);

test.skipIf(envoyBinary === null)(
  "a module that is compiled again is taken at once, without its listener; what is no module changes nothing",
  async () => {
    await writeRules(30);
    control = await start();
    const admin = await startEnvoy("modules");
    const codec = join(folder, "modules/codecs/awesomerpc.wasm");
    const before = await readFile(codec);
    const reloads = async () => {
      const stats = await admin.admin("/stats?filter=config_reload");
      return [...stats.matchAll(/network_filter\.meltemi\.codec\S*config_reload: (\d+)$/gm)].map(([, count]) =>
        Number(count),
      );
    };
    // The ingress of the service, and the egress that all services share.
    expect(await reloads()).toEqual([1, 1]);
    await writeFile(codec, "no module");
    await expect
      .poll(() => log.join(""), { timeout: 5000 })
      .toMatch(/awesomerpc\.wasm is no module.*what runs goes on/);
    // A custom section more: other bytes that do the same.
    await writeFile(codec, Buffer.concat([before, Buffer.from([0, 4, 3, ...Buffer.from("new")])]));
    await expect.poll(reloads, { timeout: 10_000 }).toEqual([2, 2]);
    expect(await admin.stat("listener_manager.listener_modified")).toBe(0);
    expect(log.join("")).not.toMatch(/refused/);
  },
);
