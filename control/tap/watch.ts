import { Client, type ClientReadableStream, credentials, type ServiceError, status } from "@grpc/grpc-js";
import type { BootstrapTls } from "../bootstrap/index.js";
import { channelSecurity } from "./security.js";
import { type TapEvent, type TapRequest, TapService } from "./service.js";

/** Somebody who watches. */
export interface TapWatch {
  /** Resolves when it is over by `close`; rejects when the control plane ends it. */
  readonly ended: Promise<void>;
  /** Ends it; `ended` resolves. */
  close(): Promise<void>;
}

/**
 * Watches the calls of a service.
 * @param control address of a control plane, `host:port`
 * @param tls how it is spoken to; in plain text without it
 * @throws Error where a file of `tls` cannot be read
 */
export function watchTap(
  control: string,
  request: TapRequest,
  onEvent: (event: TapEvent) => void,
  tls?: BootstrapTls,
): TapWatch {
  const secured = tls && channelSecurity(tls, control.slice(0, control.lastIndexOf(":")).replace(/^\[|\]$/g, ""));
  const client = new Client(control, secured?.credentials ?? credentials.createInsecure(), {
    "grpc.keepalive_time_ms": 30_000,
    ...(secured && { "grpc.ssl_target_name_override": secured.serverName }),
  });
  const { path, requestSerialize, responseDeserialize } = TapService.Watch;
  const stream: ClientReadableStream<TapEvent> = client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
  );
  let closed = false;
  const ended = new Promise<void>((resolve, reject) => {
    stream.on("data", (event: TapEvent) => {
      if (!closed) onEvent(event);
    });
    stream.on("error", (error: ServiceError) => {
      if (closed) resolve();
      else reject(new Error(reasonOf(error, control)));
    });
    stream.on("end", () => {
      if (closed) resolve();
      else reject(new Error("the control plane has ended"));
    });
  });
  // Whoever does not wait for the end does not want to hear of it.
  ended.catch(() => undefined);
  return {
    ended,
    close: async () => {
      closed = true;
      stream.cancel();
      client.close();
      await ended.catch(() => undefined);
    },
  };
}

function reasonOf({ code, details }: ServiceError, control: string): string {
  if (code === status.UNAVAILABLE) return `cannot reach the control plane at ${control}: ${details}`;
  if (code === status.UNIMPLEMENTED) return `what listens at ${control} is no control plane of this version`;
  return details;
}
