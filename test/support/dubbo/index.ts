import type { Protocol } from "../protocol.js";
import { DubboBackend } from "./backend.js";
import { answerOf, DubboCaller, partsOf } from "./caller.js";
import { decodeAll, encodePing, encodePong, encodeReadOnly, encodeRequest, HEAD_BYTES } from "./wire.js";

/** Dubbo 2 with Hessian 2, by hessian.js. */
export const dubbo: Protocol = {
  name: "dubbo",
  codec: "aeraki.meta_protocol.codec.dubbo",
  backend: (name, port) => DubboBackend.start(name, port),
  caller: (port, timeoutMs = 5_000) => new DubboCaller(port, timeoutMs),
  request: (id, call) => encodeRequest(id, false, partsOf(call)),
  declare(id, bytes) {
    const head = Buffer.from(encodeRequest(id, false, partsOf({})).subarray(0, HEAD_BYTES));
    head.writeUInt32BE(bytes - HEAD_BYTES, 12);
    return head;
  },
  answers: (bytes) =>
    decodeAll(bytes).frames.flatMap((frame) =>
      frame.kind === "response" ? [{ id: frame.id, ...answerOf(frame) }] : [],
    ),
  withoutId(raw) {
    const copy = Buffer.from(raw);
    copy.writeBigUInt64BE(0n, 4);
    return copy;
  },
  heartbeat: { send: encodePing(7n), receive: encodePong(7n) },
  drain: encodeReadOnly(),
  deadline: (milliseconds) => ["timeout", `${milliseconds}`],
};
