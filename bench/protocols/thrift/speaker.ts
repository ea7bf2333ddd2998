import type { Speak } from "../../speaker.js";
import { ID_OFFSET, REPLY, TYPE_OFFSET, thriftCall, thriftFrames } from "./frames.js";

export const speak: Speak = (bytes) => {
  const template = thriftCall(bytes);
  const frames = thriftFrames();
  let id = 0;
  return {
    opening: () => Buffer.alloc(0),
    request: () => {
      const request = Buffer.from(template);
      id = (id + 1) | 0;
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
