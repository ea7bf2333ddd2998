import { listen } from "../../backend.js";
import { ID_OFFSET, thriftFrames, thriftReply } from "./frames.js";

const REPLY = thriftReply();

await listen((socket) => {
  const frames = thriftFrames();
  socket.on("data", (chunk) => {
    const answers = frames.take(chunk).map(answerTo);
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
});

/** The answer to a call, with its sequence id. */
function answerTo(call: Buffer): Buffer {
  const reply = Buffer.from(REPLY);
  call.copy(reply, ID_OFFSET, ID_OFFSET, ID_OFFSET + 4);
  return reply;
}
