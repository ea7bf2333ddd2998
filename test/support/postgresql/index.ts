import type { Protocol } from "../protocol.js";
import { PostgreSqlBackend } from "./backend.js";
import { answerOf, PostgreSqlCaller, parametersOf } from "./caller.js";
import { Decoder, errorOf, message, startup } from "./wire.js";

export { PostgreSqlBackend } from "./backend.js";
export { type Result, Session } from "./session.js";
export { head, message, startup } from "./wire.js";

/** PostgreSQL: a request is a session of one query. It has no ids: where the suite speaks of one, it is the answer's place. */
export const postgresql: Protocol = {
  name: "postgresql",
  codec: "postgresql",
  ordered: true,
  backend: (name, port) => PostgreSqlBackend.start(name, port),
  caller: (port, timeoutMs = 5_000) => new PostgreSqlCaller(port, timeoutMs),
  request: (_, { attributes, payload = "select 1" }) =>
    Buffer.concat([startup(parametersOf(attributes)), message("Q", `${payload}\0`)]),
  declare(_, bytes) {
    const first = startup(parametersOf());
    first.writeUInt32BE(bytes);
    return first;
  },
  answers: (bytes) =>
    new Decoder()
      .push(bytes)
      .flatMap(({ type, body }) => {
        if (type === "D") return [answerOf({ value: body.subarray(6) })];
        if (type !== "E") return [];
        const { state, words } = errorOf(body);
        return [answerOf({ error: state, value: Buffer.from(words) })];
      })
      .map((answer, index) => ({ ...answer, id: BigInt(index) })),
  withoutId: (raw) => raw,
  deadline: () => ["none", ""],
};
