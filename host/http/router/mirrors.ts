import type { ClusterManager } from "../../upstream/index.js";
import { type HeaderMap, toText } from "../headers/index.js";
import type { ForwardAction } from "../routes/index.js";
import { Mirror, shadowHost } from "./mirror.js";

/** All mirrors of one request, of those that its route has for it. Each is told what the backend is told. */
export class Mirrors {
  readonly #mirrors: readonly Mirror[];

  /** @param timeoutMs the request's own, which holds for them too */
  constructor(
    policies: ForwardAction["mirrors"],
    clusters: ClusterManager,
    headers: HeaderMap,
    endStream: boolean,
    timeoutMs: number,
  ) {
    this.#mirrors = policies.flatMap((policy) => {
      if (policy.fraction && !policy.fraction(Math.floor(Math.random() * 2 ** 48))) return [];
      const name = policy.cluster === "" ? toText(headers.get(policy.clusterHeader) ?? "") : policy.cluster;
      const cluster = clusters.get(name);
      // As Envoy: a mirror's missing cluster is not the client's trouble.
      if (!cluster) return [];
      const copy = headers.clone();
      if (policy.hostSuffix) copy.set(":authority", shadowHost(copy.get(":authority") ?? ""));
      return [new Mirror(cluster, copy, endStream, timeoutMs)];
    });
  }

  write(bytes: Uint8Array, endStream: boolean): void {
    for (const mirror of this.#mirrors) mirror.write(bytes, endStream);
  }

  trailers(trailers: HeaderMap): void {
    for (const mirror of this.#mirrors) mirror.trailers(trailers);
  }

  /** The request will never be complete. */
  abandon(): void {
    for (const mirror of this.#mirrors) mirror.abandon();
  }
}
