import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type Document, until } from "../support/index.js";

/** The mesh's logs by the names of their providers, each in a file of its own. */
export class Logs {
  private readonly folder = mkdtempSync(join(tmpdir(), "meltemi-log-"));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true }));
  }

  /** The lines that are there. */
  lines(name: string): readonly string[] {
    try {
      return readFileSync(this.path(name), "utf8").split("\n").slice(0, -1);
    } catch {
      return []; // no proxy has opened it yet
    }
  }

  /** The lines behind the first `before`, as soon as there are so many of them. */
  after(name: string, before: number, count: number): Promise<readonly string[]> {
    return until(`${count} lines of ${name}`, () => {
      const found = this.lines(name).slice(before);
      return found.length >= count && found;
    });
  }

  /** Istio's installation with these logs, by their formats; `undefined` is Meltemi's own. */
  mesh(formats: Readonly<Record<string, object | undefined>>): Document {
    const extensionProviders = Object.entries(formats).map(([name, logFormat]) => ({
      name,
      envoyFileAccessLog: { path: this.path(name), ...(logFormat && { logFormat }) },
    }));
    return {
      apiVersion: "install.istio.io/v1alpha1",
      kind: "IstioOperator",
      name: "mesh",
      spec: { meshConfig: { extensionProviders } },
    };
  }

  /** Where a log's file is, or would be. */
  path(name: string): string {
    return join(this.folder, name);
  }
}

/** A Telemetry for one service of the suite. */
export function telemetry(service: string, accessLogging: readonly object[], sampling?: string): Document {
  const targetRefs = [{ kind: "ServiceEntry", group: "networking.istio.io", name: `${service}.test` }];
  return {
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    name: service,
    spec: { targetRefs, accessLogging },
    ...(sampling && { annotations: { "meltemi.dev/access-log-sampling": sampling } }),
  };
}
