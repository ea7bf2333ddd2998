import { main } from "../demo/index.js";
import { redis } from "./example.js";

await main(redis);
