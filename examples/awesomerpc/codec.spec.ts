import { describeCodec } from "../../assembly/testing/describe-codec.support.js";
import { suite } from "./codec.support.js";

describeCodec("the AwesomeRPC codec", suite);
