import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Ended, meltemi } from "./meltemi.support.js";

const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const CARELESS = file("build/test-wasm/codecs/careless.wasm");

/** The example's codec. */
export const CODEC = file("build/wasm/codecs/awesomerpc.wasm");

/** `meltemi codec check` with the example's frames. */
export function check(module: string, ...more: string[]): Promise<Ended> {
  const frames = file("examples/awesomerpc/codec/samples");
  return meltemi("codec", "check", module, "--frames", frames, "--mutations", "3000", ...more);
}

/** The same with a codec that makes a mistake (test/modules/careless); its settings are written into `folder`. */
export function checkCareless(folder: string, mistake: string, ...more: string[]): Promise<Ended> {
  const settings = join(folder, `${mistake}.json`);
  writeFileSync(settings, JSON.stringify({ mistake }));
  return check(CARELESS, "--settings", settings, ...more);
}
