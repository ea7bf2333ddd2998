import type { Protocol } from "../protocol.js";
import { ThriftBackend } from "./backend.js";
import { answerOf, partsOf, ThriftCaller } from "./caller.js";
import { decodeAll, encode, TYPES, withoutSequence } from "./wire.js";

/** Thrift with THeader and the binary protocol. */
export const thrift: Protocol = {
  name: "thrift",
  codec: "aeraki.meta_protocol.codec.thrift",
  idBits: 32,
  ordered: true,
  backend: (name, port) => ThriftBackend.start(name, port),
  caller: (port, timeoutMs = 5_000) => new ThriftCaller(port, timeoutMs),
  request: (id, call) => encode({ type: TYPES.call, sequence: Number(BigInt.asUintN(32, id)), ...partsOf(call) }),
  declare(id, bytes) {
    const head = encode({ type: TYPES.call, sequence: Number(id), ...partsOf({}) });
    head.writeUInt32BE(bytes - 4);
    return head.subarray(0, -8); // the struct is still to come
  },
  answers: (bytes) =>
    decodeAll(bytes).frames.flatMap((frame) =>
      frame.type === TYPES.reply || frame.type === TYPES.exception
        ? [{ id: BigInt(frame.sequence), ...answerOf(frame) }]
        : [],
    ),
  withoutId: withoutSequence,
  deadline: (milliseconds) => ["client_timeout", `${milliseconds}`],
};
