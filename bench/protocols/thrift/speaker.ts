import type { Speak } from "../../speaker.js";
import { ID_OFFSET, REPLY, TYPE_OFFSET, thriftCall, thriftFrames } from "./frames.js";

export const speak: Speak = (bytes, keys) => {
  const templates = Array.from({ length: keys }, (_, key) => thriftCall(bytes, key));
  const frames = thriftFrames();
  let id = 0;
  return {
    opening: () => Buffer.alloc(0),
    request: () => {
      // No call has the number zero, as some libraries' have.
      id = (id % 0x7fffffff) + 1;
      const request = Buffer.from(templates[id % keys] ?? "");
      request.writeInt32BE(id, ID_OFFSET);
      return request;
    },
    answers: (chunk) => {
      const answers = frames.take(chunk);
      for (const answer of answers)
        if (answer[TYPE_OFFSET] !== REPLY) throw new Error(`no result: ${answer.toString("latin1", ID_OFFSET)}`);
      return answers.length;
    },
  };
};
