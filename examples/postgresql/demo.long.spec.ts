import { describeExample } from "../demo/describe-example.support.js";
import { postgresql } from "./example.js";

await describeExample(postgresql);
