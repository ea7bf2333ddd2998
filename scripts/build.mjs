// npm run build: everything that a checkout needs before it runs.
import { dependencies } from "./steps/dependencies.mjs";
import { modules } from "./steps/modules.mjs";
import { protos } from "./steps/protos.mjs";
import { javascript } from "./steps/javascript.mjs";

await dependencies();
await Promise.all([protos(), modules()]);
await javascript();
