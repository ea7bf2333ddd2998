import { describeExample } from "../demo/describe-example.support.js";
import { redis } from "./example.js";

await describeExample(redis);
