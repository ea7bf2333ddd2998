import { describeExample } from "../demo/describe-example.support.js";
import { dubbo } from "./example.js";

await describeExample(dubbo);
