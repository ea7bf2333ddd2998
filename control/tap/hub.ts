import { type handleServerStreamingCall, type handleUnaryCall, type ServerWritableStream, status } from "@grpc/grpc-js";
import type { BaseLogger } from "pino";
import type { Tap } from "../model/index.js";
import { MASKED } from "./masks.js";
import { matches, type TapMatch } from "./match.js";
import { type Report, readReport } from "./record.js";
import { MOST_PAYLOAD, type TapEvent, type TapRequest } from "./service.js";

/** What a hub is told by its owner. */
export interface TapHubOptions {
  /** The services that there are, as `host:port`. */
  readonly services: () => readonly string[];
  /** What is wanted has changed: {@link TapHub.taps}. */
  readonly onChange: () => void;
  readonly logger?: BaseLogger | undefined;
}

/** A watcher that does not read so many events has others left out. */
const MOST_UNREAD = 1000;

interface Watcher extends TapRequest {
  readonly services: readonly string[];
  readonly stream: ServerWritableStream<TapRequest, TapEvent>;
  dropped: number;
}

/** Brings together codecs that report calls and those who want to see them. */
export class TapHub {
  private readonly watchers = new Set<Watcher>();

  constructor(private readonly options: TapHubOptions) {}

  /** What codecs of each service that somebody watches are to report: as all who watch it want it together. */
  get taps(): ReadonlyMap<string, Tap> {
    const taps = new Map<string, Tap>();
    for (const { services, payload, mask } of this.watchers) {
      for (const service of services) {
        const { payload: most = 0, mask: words = MASKED } = taps.get(service) ?? {};
        taps.set(service, { payload: Math.max(most, payload), mask: [...new Set([...words, ...mask])] });
      }
    }
    return taps;
  }

  readonly report: handleUnaryCall<Uint8Array, Uint8Array> = ({ request }, answer) => {
    try {
      this.handOn(readReport(request));
      answer(null, new Uint8Array(0));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.options.logger?.warn({ reason: error.message }, "a tap's report cannot be read");
      answer({ code: status.INVALID_ARGUMENT, details: error.message });
    }
  };

  readonly watch: handleServerStreamingCall<TapRequest, TapEvent> = (stream) => {
    const request = checked(stream.request);
    const services = request === undefined ? [] : this.servicesOf(request.service);
    if (request === undefined || services.length === 0) {
      const code = request === undefined ? status.INVALID_ARGUMENT : status.NOT_FOUND;
      const known = this.options.services().join(", ") || "none";
      const details = request === undefined ? "no such request" : `no service ${request.service}; there are: ${known}`;
      stream.emit("error", { code, details });
      return;
    }
    const watcher: Watcher = { ...request, services, stream, dropped: 0 };
    this.watchers.add(watcher);
    this.options.logger?.info({ services, payload: request.payload }, "a tap is opened");
    const leave = (): void => {
      if (!this.watchers.delete(watcher)) return;
      this.options.logger?.info({ services }, "a tap is closed");
      this.options.onChange();
    };
    stream.on("cancelled", leave);
    stream.on("close", leave);
    stream.on("error", leave);
    stream.write({ services });
    this.options.onChange();
  };

  /** Ends all watching. */
  close(): void {
    for (const { stream } of this.watchers) stream.end();
  }

  private servicesOf(name: string): string[] {
    return this.options.services().filter((each) => each === name || each.startsWith(`${name}:`));
  }

  private handOn({ service, records, dropped }: Report): void {
    for (const watcher of this.watchers) {
      if (!watcher.services.includes(service)) continue;
      for (const record of records) {
        if (!matches(record, watcher.match)) continue;
        if (watcher.stream.writableLength >= MOST_UNREAD) watcher.dropped++;
        else watcher.stream.write({ record: cut(record, watcher.payload) });
      }
      watcher.dropped += dropped;
      if (watcher.dropped === 0 || watcher.stream.writableLength >= MOST_UNREAD) continue;
      watcher.stream.write({ dropped: watcher.dropped });
      watcher.dropped = 0;
    }
  }
}

/** Others may have asked for more of the frames. */
function cut<Record extends Report["records"][number]>({ request, answer, ...record }: Record, payload: number) {
  const start = (base64: string): string => Buffer.from(base64, "base64").subarray(0, payload).toString("base64");
  if (payload === 0) return record;
  return { ...record, ...(request && { request: start(request) }), ...(answer && { answer: start(answer) }) };
}

/** A request as it should be; undefined for anything else. */
function checked(request: TapRequest): TapRequest | undefined {
  if (typeof request?.service !== "string" || !Array.isArray(request.match) || !Array.isArray(request.mask)) return;
  const { service, match, payload, mask } = request;
  if (!Number.isInteger(payload) || payload < 0 || payload > MOST_PAYLOAD) return;
  if (!match.every(isMatch) || !mask.every((word) => typeof word === "string")) return;
  return { service, match, payload, mask };
}

function isMatch(match: TapMatch): boolean {
  return typeof match?.name === "string" && typeof match.value === "string";
}
