import type { FilterMetadata } from "../upstream/index.js";
import type { StreamInfo } from "./types.js";

/** A fresh StreamInfo; dynamic metadata may be handed on from an internal connection's other side. */
export function createStreamInfo(metadata: FilterMetadata = {}): StreamInfo {
  return {
    startTime: Date.now(),
    dynamicMetadata: { ...metadata },
    filterState: new Map(),
    responseFlags: new Set(),
    upstreamAttempts: 0,
  };
}
