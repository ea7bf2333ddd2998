import { listen } from "../../backend.js";
import { dubboFrames, dubboResponse, ID_OFFSET } from "./frames.js";

const EVENT = 0x20;
const TWO_WAY = 0x40;
const RESPONSE = dubboResponse();
const HEARTBEAT_ANSWER = Buffer.from([0xda, 0xbb, 0x22, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x4e]);

await listen((socket) => {
  const frames = dubboFrames();
  socket.on("data", (chunk) => {
    const answers = frames.take(chunk).flatMap(answersTo);
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
});

/** The answer to a request or a heartbeat, with its id; none where none is wanted. */
function answersTo(request: Buffer): Buffer[] {
  const flag = request[2] ?? 0;
  if ((flag & TWO_WAY) === 0) return [];
  const answer = Buffer.from((flag & EVENT) !== 0 ? HEARTBEAT_ANSWER : RESPONSE);
  request.copy(answer, ID_OFFSET, ID_OFFSET, ID_OFFSET + 8);
  return [answer];
}
