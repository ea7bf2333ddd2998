import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap, startControl } from "../../../control/index.js";
import { formatProblem } from "../../../control/source/index.js";
import { freePort, type ProxyKind, type RunningProxy, startProxy, until } from "../../support/index.js";

/** A proxy in front of two servers: `one` takes everything that no rule sends to `two`. */
export interface Proxied {
  readonly port: number;
  readonly proxy: RunningProxy;
  close(): Promise<void>;
}

/** Rules of a service `db.test` with the subsets `one` and `two`. */
export interface ProxiedSpec {
  readonly one: number;
  readonly two: number;
  /** What goes to `two`. */
  readonly match: object;
  /** The codec's settings. */
  readonly codec?: object;
  /** More of the ServiceEntry's annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** A DestinationRule's trafficPolicy. */
  readonly policy?: object;
}

export async function startProxied(kind: ProxyKind, spec: ProxiedSpec): Promise<Proxied> {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-rules-"));
  const port = await freePort();
  writeFileSync(
    join(folder, "rules.yaml"),
    rules(port, spec)
      .map((one) => JSON.stringify(one))
      .join("\n---\n"),
  );
  const faults: string[] = [];
  const control = await startControl({
    rules: folder,
    port: await freePort(),
    onProblems: (problems) => faults.push(...problems.map(formatProblem)),
  });
  if (faults.length > 0) throw new Error(faults.join("\n"));
  const adminPort = await freePort();
  const yaml = bootstrap({ controlPort: control.port, adminPort, nodeId: `test-${adminPort}` });
  const proxy = await startProxy(kind, { bootstrap: yaml, adminPort, concurrency: 2 });
  await until("the proxy to listen", () => accepts(port));
  return {
    port,
    proxy,
    close: async () => {
      await proxy.close();
      await control.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function rules(listen: number, { one, two, match, codec, annotations: more, policy }: ProxiedSpec): object[] {
  const name = "tcp-metaprotocol-postgresql";
  const endpoint = (port: number, version: string) => ({
    address: "127.0.0.1",
    ports: { [name]: port },
    labels: { version },
  });
  const annotations = {
    "meltemi.dev/bind": `127.0.0.1:${listen}`,
    ...more,
    ...(codec && { "meltemi.dev/codec": JSON.stringify(codec) }),
  };
  const metadata = { name: "db", namespace: "test" };
  const istio = "networking.istio.io/v1alpha3";
  const to = (subset: string) => [{ destination: { host: "db.test", subset } }];
  return [
    {
      apiVersion: istio,
      kind: "ServiceEntry",
      metadata: { ...metadata, annotations },
      spec: {
        hosts: ["db.test"],
        ports: [{ number: 5432, name, protocol: "TCP" }],
        location: "MESH_INTERNAL",
        resolution: "STATIC",
        endpoints: [endpoint(one, "one"), endpoint(two, "two")],
      },
    },
    {
      apiVersion: istio,
      kind: "DestinationRule",
      metadata,
      spec: {
        host: "db.test",
        ...(policy && { trafficPolicy: policy }),
        subsets: ["one", "two"].map((version) => ({ name: version, labels: { version } })),
      },
    },
    {
      apiVersion: "metaprotocol.aeraki.io/v1alpha1",
      kind: "MetaRouter",
      metadata,
      spec: {
        hosts: ["db.test"],
        routes: [
          { name: "two", match: { attributes: match }, route: to("two") },
          // Both servers: whoever cancels has to find the right one.
          {
            name: "both",
            match: { attributes: { application_name: { exact: "both" } } },
            route: [{ destination: { host: "db.test" } }],
          },
          { name: "one", match: { attributes: { database: { exact: "postgres" } } }, route: to("one") },
        ],
      },
    },
  ];
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
