import { dependencies } from "./dependencies.mjs";
import { javascript } from "./javascript.mjs";
import { modules } from "./modules.mjs";
import { protos } from "./protos.mjs";

/** Everything that a checkout needs before it runs; does only what changed since the last time. */
export async function build() {
  await dependencies();
  const typesThenScripts = async () => {
    await protos();
    await javascript();
  };
  await Promise.all([typesThenScripts(), modules()]);
}
