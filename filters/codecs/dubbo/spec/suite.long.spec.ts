import { vi } from "vitest";
import { describeCodec } from "../../../../assembly/testing/describe-codec.support.js";
import { recorded, source } from "./frames.support.js";
import { bombs, frames } from "./values.support.js";

vi.setConfig({ testTimeout: 600_000 });
describeCodec("dubbo, as any codec, for long", { source, samples: recorded, frames, bombs, runs: 10_000 });
