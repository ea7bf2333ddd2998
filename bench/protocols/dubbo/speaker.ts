import type { Speak, Speaker } from "../../speaker.js";
import { dubboFrames, dubboRequest, HEADER_LENGTH, ID_OFFSET } from "./frames.js";

const OK = 20;

export const speak: Speak = (bytes, keys) =>
  speakDubbo(Array.from({ length: keys }, (_, key) => dubboRequest(bytes, key)));

/** Says these in turn, each with an id of its own. */
export function speakDubbo(templates: readonly Buffer[]): Speaker {
  const keys = templates.length;
  const frames = dubboFrames();
  let id = 0n;
  return {
    opening: () => Buffer.alloc(0),
    request: () => {
      const request = Buffer.from(templates[Number(++id % BigInt(keys))] ?? "");
      request.writeBigUInt64BE(id, ID_OFFSET);
      return request;
    },
    answers: (chunk) => {
      const answers = frames.take(chunk);
      for (const answer of answers)
        if (answer[3] !== OK) throw new Error(`Dubbo status ${answer[3]}: ${answer.toString("latin1", HEADER_LENGTH)}`);
      return answers.length;
    },
  };
}
