// npm run build: everything that a checkout needs before it runs.
import { build } from "./steps/build.mjs";

await build();
