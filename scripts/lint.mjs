// npm run lint: style and types of everything; --write (npm run format) mends what can be mended.
import { lint } from "./steps/lint.mjs";

process.exitCode = (await lint({ write: process.argv.includes("--write") })) ? 0 : 1;
