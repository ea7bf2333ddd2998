import type { Protocol } from "../protocol.js";
import { LinedBackend } from "./backend.js";
import { LinedClient } from "./client.js";
import { Decoder, encode } from "./wire.js";

export { LinedClient } from "./client.js";
export { Decoder as LinedDecoder, encode as encodeLined, type Lined } from "./wire.js";

/** The protocol of test/modules/lined. It has no ids: where the suite speaks of one, it is the text. */
export const lined: Protocol = {
  name: "lined",
  codec: "lined",
  backend: (name, port) => LinedBackend.start(name, port),
  caller: (port, timeoutMs = 5_000) => new LinedClient(port, timeoutMs),
  request: (id) => encode(["g", `${id}`]),
  declare(id, bytes) {
    const head = encode(["g", `${id}`]);
    head.writeUInt32BE(bytes - 4);
    return head;
  },
  answers: (bytes) =>
    new Decoder().push(bytes).map(([kind, text], index) => ({
      ...{ id: BigInt(index), attributes: [], payload: Buffer.from(text) },
      ...(kind === "x" && { error: "other" as const }),
    })),
  withoutId: (raw) => raw,
};
