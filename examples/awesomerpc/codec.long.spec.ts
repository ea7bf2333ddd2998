import { vi } from "vitest";
import { describeCodec } from "../../assembly/testing/describe-codec.support.js";
import { suite } from "./codec.support.js";

vi.setConfig({ testTimeout: 600_000 });
describeCodec("the AwesomeRPC codec, for long", { ...suite, runs: 10_000 });
