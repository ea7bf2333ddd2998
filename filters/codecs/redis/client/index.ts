export { Client } from "./client";
export { answerLocally } from "./local";
export { judge, MODES, Verdict } from "./verdict";
