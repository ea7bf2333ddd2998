import { describeExample } from "../demo/describe-example.support.js";
import { bookshop } from "./example.js";

await describeExample(bookshop);
