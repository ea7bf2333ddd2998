import type { ResponseFlag } from "../../network/index.js";
import { HeaderMap, type HeaderPair } from "../headers/index.js";

/** An answer that the proxy gives itself. */
export interface LocalReply {
  readonly status: number;
  /** What %RESPONSE_CODE_DETAILS% says. */
  readonly details: string;
  readonly body?: string | Uint8Array | undefined;
  readonly headers?: readonly HeaderPair[] | undefined;
  readonly flag?: ResponseFlag | undefined;
  readonly grpcStatus?: number | undefined;
}

/** Status codes of gRPC for answers that have only an HTTP status (gRPC's http-grpc-status-mapping). */
const GRPC_STATUS = new Map([
  [400, 13],
  [401, 16],
  [403, 7],
  [404, 12],
  [429, 14],
  [502, 14],
  [503, 14],
  [504, 14],
]);

/** The gRPC status of an answer that has only an HTTP status; UNKNOWN where the mapping has none. */
export function grpcStatusOf(status: number): number {
  return GRPC_STATUS.get(status) ?? 2;
}

/** Headers and body of a reply as Envoy writes them; a gRPC client gets its status in the headers. */
export function writeLocalReply(reply: LocalReply, request: HeaderMap): { headers: HeaderMap; body: Uint8Array } {
  const body = typeof reply.body === "string" ? Buffer.from(reply.body) : (reply.body ?? new Uint8Array());
  if (isGrpc(request)) return { headers: grpcHeaders(reply, body), body: new Uint8Array() };
  const headers = new HeaderMap([[":status", String(reply.status)]]);
  for (const [name, value] of reply.headers ?? []) headers.add(name, value);
  if (body.length > 0) {
    headers.set("content-length", String(body.length));
    if (!headers.has("content-type")) headers.set("content-type", "text/plain");
  }
  return { headers, body: request.get(":method") === "HEAD" ? new Uint8Array() : body };
}

function grpcHeaders(reply: LocalReply, body: Uint8Array): HeaderMap {
  const status = reply.grpcStatus ?? grpcStatusOf(reply.status);
  const headers = new HeaderMap([
    [":status", "200"],
    ["content-type", "application/grpc"],
    ["grpc-status", String(status)],
  ]);
  if (body.length > 0) headers.add("grpc-message", percentEncoded(body));
  for (const [name, value] of reply.headers ?? []) headers.add(name, value);
  return headers;
}

/** gRPC's percent-encoding of a status message: everything outside printable ASCII, and '%'. */
function percentEncoded(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}

function isGrpc(headers: HeaderMap): boolean {
  return /^application\/grpc(?:$|[+;])/.test(headers.get("content-type") ?? "");
}
