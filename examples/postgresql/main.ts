import { main } from "../demo/index.js";
import { postgresql } from "./example.js";

await main(postgresql);
