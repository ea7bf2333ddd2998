import { main } from "../demo/index.js";
import { bookshop } from "./example.js";

await main(bookshop);
