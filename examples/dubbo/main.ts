import { main } from "../demo/index.js";
import { dubbo } from "./example.js";

await main(dubbo);
