import { fromBinary } from "@bufbuild/protobuf";
import type { BaseLogger } from "pino";
import { RuntimeSchema } from "../../xds/gen/envoy/service/runtime/v3/rtds_pb.js";
import {
  AdsServer,
  type BesideService,
  type Peer,
  type Refusal,
  type ServerTlsFiles,
  TypeUrl,
} from "../../xds/index.js";
import { diff, Snapshot } from "../snapshot/index.js";
import { standpointOf } from "./standpoint.js";

/** How a {@link SnapshotServer} behaves. */
export interface SnapshotServerOptions {
  readonly logger?: BaseLogger | undefined;
  /** Called for each refusal, after it was logged. */
  readonly onNack?: (refusal: Refusal) => void;
  /** Proxies come in by TLS; in plain text without it. */
  readonly tls?: ServerTlsFiles | undefined;
  /** What else is served on the same port. */
  readonly services?: readonly BesideService[];
}

/** Serves the latest snapshot to every proxy that asks. Before the first one is pushed, proxies wait and keep what they have. */
export class SnapshotServer {
  private readonly ads: AdsServer;
  private readonly logger: BaseLogger | undefined;
  private snapshot = Snapshot.empty;
  /** Whether rules switch something by the runtime. */
  private switches = false;
  /** Whether rules ask where proxies stand. */
  private asks = false;
  /** Streams of proxies that were told of. */
  private readonly warned = { runtime: new Set<number>(), standpoint: new Set<number>() };

  constructor({ logger, onNack, services, tls }: SnapshotServerOptions = {}) {
    this.logger = logger;
    this.ads = new AdsServer({
      ...(logger === undefined ? {} : { logger }),
      ...(services === undefined ? {} : { services }),
      ...(tls === undefined ? {} : { tls }),
      onRefused: (address, reason) => logger?.warn({ address, reason }, "a connection is refused by TLS"),
      onConnect: (peer) => logger?.info(identify(peer), "proxy connected"),
      onDisconnect: (peer, reason) => {
        for (const streams of Object.values(this.warned)) streams.delete(peer.stream);
        logger?.info({ ...identify(peer), reason }, "proxy disconnected");
      },
      onAck: ({ peer, typeUrl, version }) => {
        this.warnOfRuntime(peer);
        this.warnOfStandpoint(peer);
        logger?.debug({ ...identify(peer), type: shortName(typeUrl), version }, "configuration accepted");
      },
      onNack: (refusal) => {
        this.logRefusal(refusal);
        onNack?.(refusal);
      },
    });
  }

  /** Binds; port 0 takes a free one. Resolves with the port. */
  listen(port: number, host?: string): Promise<number> {
    return this.ads.listen(port, host);
  }

  /**
   * Serves this snapshot from now on. Proxies hear of it only where it differs from what they have.
   * @param beside snapshots of their own for proxies whose node's cluster is this
   */
  push(snapshot: Snapshot, beside: ReadonlyMap<string, Snapshot> = new Map()): void {
    for (const [typeUrl, { added, changed, removed }] of diff(this.snapshot, snapshot)) {
      const { version } = snapshot.ofType(typeUrl);
      this.logger?.info({ type: shortName(typeUrl), version, added, changed, removed }, "configuration changed");
    }
    this.snapshot = snapshot;
    this.switches = [snapshot, ...beside.values()].some(saysByRuntime);
    this.asks = [snapshot, ...beside.values()].some(({ asks }) => asks);
    this.ads.publish((node) => {
      const ofGroup = beside.get(node?.cluster ?? "") ?? snapshot;
      return ofGroup.seenFrom(standpointOf(node)).types;
    });
  }

  /** Ends all streams. */
  close(): Promise<void> {
    return this.ads.close();
  }

  /** A proxy asks for the runtime before anything else, or never. */
  private warnOfRuntime(peer: Peer): void {
    if (!this.switches || peer.types.includes(TypeUrl.Runtime) || this.warned.runtime.has(peer.stream)) return;
    this.warned.runtime.add(peer.stream);
    this.logger?.warn(
      identify(peer),
      "the proxy's bootstrap has no runtime layer of the control plane's, so it writes no access log; " +
        "`meltemi bootstrap` prints one that has",
    );
  }

  private warnOfStandpoint(peer: Peer): void {
    const { locality, labels } = standpointOf(peer.node);
    const told = locality !== "" || Object.keys(labels).length > 0;
    if (!this.asks || told || this.warned.standpoint.has(peer.stream)) return;
    this.warned.standpoint.add(peer.stream);
    this.logger?.warn(
      identify(peer),
      "the proxy does not say where it is, so rules that choose endpoints by locality choose none for it; " +
        "`meltemi bootstrap --locality` prints a bootstrap that says it",
    );
  }

  private logRefusal(refusal: Refusal): void {
    const { peer, typeUrl, version, message } = refusal;
    const resources = atFault(refusal);
    const fields = { ...identify(peer), type: shortName(typeUrl), version, resources, reason: message };
    this.logger?.error(fields, "proxy refused configuration and keeps what it had");
  }
}

function saysByRuntime(snapshot: Snapshot): boolean {
  return [...snapshot.ofType(TypeUrl.Runtime).resources.values()].some(
    ({ body }) => Object.keys(fromBinary(RuntimeSchema, body.value).layer ?? {}).length > 0,
  );
}

/** A refusal's text names the resources at fault; where it names none, all that were sent may be. */
export function atFault({ message, resources }: Pick<Refusal, "message" | "resources">): readonly string[] {
  const named = resources.filter((name) => occursIn(message, name));
  return named.length > 0 ? named : resources;
}

/** As a whole, not as a part of a longer name. */
function occursIn(message: string, name: string): boolean {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w.|:-])${literal}(?![\\w|-]|[.:][\\w|])`).test(message);
}

function identify({ node, stream, address }: Peer): { node: string; stream: number; address: string } {
  return { node: node?.id ?? "unknown", stream, address };
}

/** `Cluster` for `type.googleapis.com/envoy.config.cluster.v3.Cluster`. */
function shortName(typeUrl: string): string {
  return typeUrl.slice(Math.max(typeUrl.lastIndexOf("."), typeUrl.lastIndexOf("/")) + 1);
}
