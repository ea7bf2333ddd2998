import { describeCodec } from "../../../../assembly/testing/describe-codec.support.js";
import { recorded, source } from "./frames.support.js";
import { bombs, frames } from "./made.support.js";

describeCodec("thrift, as any codec", { source, samples: recorded, frames, bombs });
