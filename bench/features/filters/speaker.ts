import { dubboRequest } from "../../protocols/dubbo/frames.js";
import { speakDubbo } from "../../protocols/dubbo/speaker.js";
import type { Speak } from "../../speaker.js";
import { TOKEN } from "./token.js";

/** Requests of Dubbo's with a token, whether anything asks for it or not. */
export const speak: Speak = (bytes) => speakDubbo([dubboRequest(bytes, 0, { authorization: `Bearer ${TOKEN}` })]);
