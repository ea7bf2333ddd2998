import fc from "fast-check";
import { vi } from "vitest";
import { describeCodec } from "../../../../assembly/testing/describe-codec.support.js";
import { bombs, frames, samples, source } from "./frames.support.js";

vi.setConfig({ testTimeout: 600_000 });
const values = fc.stringMatching(/^[a-z:0-9]{0,40}$/);

// Five mutations for each run.
describeCodec("redis, as any codec, for long", {
  ...{ source, samples: () => samples, frames, bombs, values },
  foreign: ["inline", "inline, LF"],
  runs: 20_000,
});
