import { createConnection, type Socket } from "node:net";
import type { Gauge, Scope } from "../../stats/index.js";
import type { UpstreamTls } from "../../tls/index.js";
import type { LiveEndpoint } from "../endpoints/index.js";
import type { HealthSettings } from "./settings.js";

/** Who has not said what is expected in so many bytes does not say it. */
const MOST_BYTES = 65_536;

interface Watched {
  timer: NodeJS.Timeout | undefined;
  socket: Socket | undefined;
  /** Checks in a row that went otherwise than the endpoint is taken for. */
  contrary: number;
  /** Whether one has come to an end. */
  known: boolean;
}

/** Asks every endpoint now and then, on a connection of its own, whether it answers: as Envoy's TCP health check. */
export class HealthChecker {
  private readonly watched = new Map<LiveEndpoint, Watched>();
  private readonly stats: Scope;
  private readonly healthy: Gauge;

  constructor(
    private readonly settings: HealthSettings,
    stats: Scope,
    private readonly tls: UpstreamTls | undefined,
    /** Some endpoint is out, or in again. */
    private readonly onChange: () => void,
  ) {
    this.stats = stats.scope("health_check");
    this.healthy = this.stats.gauge("healthy");
  }

  /** The cluster's endpoints now. New ones are out until they have answered. */
  update(members: readonly LiveEndpoint[]): void {
    for (const [endpoint, watched] of this.watched) if (!members.includes(endpoint)) this.leave(endpoint, watched);
    for (const endpoint of members) {
      if (this.watched.has(endpoint)) continue;
      endpoint.passing = false;
      const watched: Watched = { timer: undefined, socket: undefined, contrary: 0, known: false };
      this.watched.set(endpoint, watched);
      this.check(endpoint, watched);
    }
    this.count();
  }

  close(): void {
    for (const [endpoint, watched] of this.watched) this.leave(endpoint, watched);
  }

  private leave(endpoint: LiveEndpoint, watched: Watched): void {
    this.watched.delete(endpoint);
    clearTimeout(watched.timer);
    watched.socket?.destroy();
  }

  private check(endpoint: LiveEndpoint, watched: Watched): void {
    const { address } = endpoint;
    if (address.kind !== "tcp") return; // as in Envoy, what has no address of the network never passes
    const { settings, tls } = this;
    this.stats.counter("attempt").inc();
    const socket = createConnection({ host: address.host, port: address.port, noDelay: true });
    watched.socket = socket;
    let over = false;
    const end = (passed: boolean) => {
      if (over) return;
      over = true;
      clearTimeout(timeout);
      socket.destroy();
      if (this.watched.get(endpoint) !== watched) return;
      this.settle(endpoint, watched, passed);
      watched.timer = setTimeout(() => this.check(endpoint, watched), settings.intervalMs).unref();
    };
    const timeout = setTimeout(() => end(false), settings.timeoutMs).unref();
    const ask = (stream: Socket) => {
      if (settings.receive.length === 0) return end(true);
      let got = Buffer.alloc(0);
      stream.on("data", (chunk: Buffer) => {
        got = Buffer.concat([got, chunk]);
        if (matches(got, settings.receive)) end(true);
        else if (got.length > MOST_BYTES) end(false);
      });
      stream.on("error", () => end(false)).on("close", () => end(false));
      if (settings.send.length > 0) stream.write(settings.send);
    };
    socket.on("error", () => end(false)).on("close", () => end(false));
    socket.once("connect", () => {
      if (tls === undefined) ask(socket);
      else tls.start(socket, MOST_BYTES, { onSecure: ask, onFailure: () => end(false) });
    });
  }

  private settle(endpoint: LiveEndpoint, watched: Watched, passed: boolean): void {
    this.stats.counter(passed ? "success" : "failure").inc();
    const first = !watched.known;
    watched.known = true;
    if (passed === endpoint.passing) {
      watched.contrary = 0;
      return;
    }
    watched.contrary += 1;
    const { healthyThreshold, unhealthyThreshold } = this.settings;
    // One good answer is enough of an endpoint that nothing is known of.
    if (!first && watched.contrary < (passed ? healthyThreshold : unhealthyThreshold)) return;
    watched.contrary = 0;
    endpoint.passing = passed;
    this.count();
    this.onChange();
  }

  private count(): void {
    this.healthy.set([...this.watched.keys()].filter(({ passing }) => passing).length);
  }
}

function matches(bytes: Buffer, wanted: readonly Buffer[]): boolean {
  let from = 0;
  for (const part of wanted) {
    const at = bytes.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}
