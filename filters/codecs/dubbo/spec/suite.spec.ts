import { describeCodec } from "../../../../assembly/testing/describe-codec.support.js";
import { recorded, source } from "./frames.support.js";
import { bombs, frames } from "./values.support.js";

describeCodec("dubbo, as any codec", { source, samples: recorded, frames, bombs });
