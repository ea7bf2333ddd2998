import { readFile } from "node:fs/promises";
import { encodeLined, type Lined, LinedDecoder } from "../../test/support/lined/index.js";
import { compileModule } from "../testing/compile.support.js";
import { Host } from "./host.support.js";

export { encodeLined, type Lined, LinedDecoder };

/** The module of test/modules/lined, whose protocol has no ids and answers in order. */
export async function linedModule(): Promise<WebAssembly.Module> {
  const entry = "test/modules/lined/codec/index.ts";
  return compileModule(entry, await readFile(entry, "utf8"));
}

/** An ingress and an egress of this protocol back to back; the backend is the test, but for what the proxy itself says. */
export class LinedLoop {
  /** What the backend got, in order, heartbeats aside. */
  readonly atBackend: Lined[] = [];
  readonly atClient: Lined[] = [];
  readonly ingress: number;
  readonly egress: number;
  /** How the backend answers a greeting. */
  greeting: Lined = ["r", "welcome"];
  private readonly backendInput = new LinedDecoder();
  private readonly clientInput = new LinedDecoder();

  constructor(
    readonly ingressHost: Host,
    readonly egressHost: Host,
  ) {
    this.ingress = ingressHost.connect();
    this.egress = egressHost.connect();
  }

  fromClient(...frames: readonly Lined[]): void {
    this.toEgress(this.ingressHost.downstream(this.ingress, encodeLined(...frames)));
  }

  fromBackend(...frames: readonly Lined[]): void {
    const http2 = this.egressHost.upstream(this.egress, encodeLined(...frames));
    const out = this.ingressHost.upstream(this.ingress, http2);
    this.atClient.push(...this.clientInput.push(out));
    this.toEgress(this.ingressHost.takeLetGo());
  }

  toEgress(http2: Buffer): void {
    for (const frame of this.backendInput.push(this.egressHost.downstream(this.egress, http2))) {
      if (frame[0] === "p") this.fromBackend(["r", ""]);
      else this.atBackend.push(frame);
      if (frame[0] === "a") this.fromBackend(this.greeting);
      if (frame[0] === "t") this.fromBackend(["r", "state"]);
    }
  }
}

export function configured(module: WebAssembly.Module, configuration: object): Host {
  const host = new Host(module);
  if (!host.configure(configuration)) throw new Error(host.logs.join("\n"));
  return host;
}
