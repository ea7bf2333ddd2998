import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { freePort } from "../../support/index.js";
import { fromGo, type Installed } from "../install.js";

const VERSION = "v0.150.0";
const MODULES = "go.opentelemetry.io/collector";

/** What the collector is made of, in its builder's own words. */
const MANIFEST = {
  dist: { name: "collector", output_path: "./built", version: VERSION.slice(1) },
  receivers: [{ gomod: `${MODULES}/receiver/otlpreceiver ${VERSION}` }],
  exporters: [{ gomod: `${MODULES}/exporter/otlphttpexporter ${VERSION}` }],
  // Of those that the builder would add, the one that reads the configuration, and the one without which it does not start.
  providers: ["file", "env"].map((name) => ({ gomod: `${MODULES}/confmap/provider/${name}provider v1.56.0` })),
};

/** Builds the collector, or says why it cannot. */
export function buildCollector(): Installed {
  // JSON is YAML too, and what .json there is in the checkout the linter would read.
  return fromGo("otel-collector", `${MODULES}/cmd/builder@${VERSION}`, ["--config=manifest.yaml"], {
    "manifest.yaml": JSON.stringify(MANIFEST),
  });
}

/** A span as the collector passes it on, in OTLP's JSON. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

interface Export {
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[] }[];
}

/** The collector, and a small server behind it that keeps what it passes on. */
export class Collector {
  readonly spans: CollectedSpan[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), "meltemi-collector-"));
  private readonly behind: Server = createServer();
  private child: ChildProcess | undefined;
  private output = "";

  private constructor(readonly port: number) {}

  /** @param folder where it was built */
  static async start(folder: string): Promise<Collector> {
    const collector = new Collector(await freePort());
    await collector.run(join(folder, "built", "collector"), await freePort());
    return collector;
  }

  async close(): Promise<void> {
    const { child } = this;
    if (child !== undefined && child.exitCode === null) {
      child.kill();
      await once(child, "exit");
    }
    this.behind.close();
    this.behind.closeAllConnections();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async run(binary: string, port: number): Promise<void> {
    this.behind.on("request", (request, response) => {
      void json(request).then((told) => {
        const { resourceSpans = [] } = told as Export;
        this.spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
        response.setHeader("content-type", "application/json").end("{}");
      });
    });
    this.behind.listen(port, "127.0.0.1");
    await once(this.behind, "listening");
    const config = {
      receivers: { otlp: { protocols: { grpc: { endpoint: `127.0.0.1:${this.port}` } } } },
      exporters: {
        otlp_http: { endpoint: `http://127.0.0.1:${port}`, encoding: "json", compression: "none" },
      },
      service: {
        telemetry: { metrics: { level: "none" } },
        pipelines: { traces: { receivers: ["otlp"], exporters: ["otlp_http"] } },
      },
    };
    const path = join(this.folder, "config.json");
    writeFileSync(path, JSON.stringify(config));
    const child = spawn(binary, ["--config", path], { stdio: ["ignore", "ignore", "pipe"] });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`the collector ended with ${code}:\n${this.output}`)));
      child.stderr.on("data", (bytes: Buffer) => {
        this.output += bytes;
        if (this.output.includes("Everything is ready")) resolve();
      });
    });
  }
}
