import { readFileSync } from "node:fs";
import { CASES } from "./cases/index.js";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

/** What a file says of a version; it is an error where it says nothing. */
function version(path: string, pattern: RegExp): string {
  const found = pattern.exec(read(path))?.[1];
  if (found === undefined) throw new Error(`${path} does not say ${pattern}`);
  return found;
}

/** The table of the README: what the cases run, with the versions that the builds are pinned to. */
export function compatibilityTable(): string {
  const written = CASES.filter(({ module }) => module !== undefined);
  const compiler = version("../../package.json", /"assemblyscript": "([^"]+)"/);
  const wabt = version("../../package.json", /"wabt": "([^"]+)"/);
  const go = version("modules/go/go.mod", /proxy-wasm-go-sdk (v\S+)/);
  const rust = version("modules/rust/Cargo.toml", /proxy-wasm = "=([^"]+)"/);
  const rows = [
    ["Module", "ABI", "Cases", "Run by"],
    ["---", "---", "---", "---"],
    [`AssemblyScript ${compiler}, no SDK`, "0.2.1", `${CASES.length - written.length}`, "`npm test`"],
    [`WebAssembly text (wabt ${wabt})`, "0.1.0; 0.2.0 and 0.2.1 with WASI", `${written.length}`, "`npm test`"],
    [`Go, \`GOOS=wasip1 -buildmode=c-shared\`, proxy-wasm-go-sdk ${go}`, "0.2.0", "1", "`npm run test:long`"],
    [`Rust, \`wasm32-wasip1\`, proxy-wasm ${rust}`, "0.2.1", "1", "`npm run test:long`"],
  ];
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
