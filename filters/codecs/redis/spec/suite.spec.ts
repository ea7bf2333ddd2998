import fc from "fast-check";
import { describeCodec } from "../../../../assembly/testing/describe-codec.support.js";
import { bombs, frames, samples, source } from "./frames.support.js";

// A key with braces has another shard than itself; the messages' spec has those.
const values = fc.stringMatching(/^[a-z:0-9]{0,40}$/);

// What an inline command becomes once it is changed has the form of any other.
const foreign = ["inline", "inline, LF"];

describeCodec("redis, as any codec", { source, samples: () => samples, frames, bombs, values, foreign });
