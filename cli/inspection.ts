import { type Inspection, type Limits, longType } from "../host/vm/index.js";

const PAGE_KIB = 64;

/** A module as people read it: figures first, what is wrong last, where the eye ends. */
export function describeInspection(inspection: Inspection): string {
  const { abi, size, sha256, imports, exports, problems, trace } = inspection;
  const lines = [
    `abi      ${abi ?? "none"}`,
    `size     ${size} bytes, sha256 ${sha256}`,
    `memory   ${describeMemory(inspection.memory)}`,
    `names    ${describeNames(inspection)}`,
    ...section(
      "imports",
      imports.map((found) => [`${found.module}.${found.name}`, typeOf(found)]),
    ),
    ...section(
      "exports",
      exports.map((found) => [found.name, typeOf(found)]),
    ),
    problems.length === 0 ? "loads    nothing would stop Envoy" : "does not load:",
    ...problems.map((problem) => `  ${problem}`),
    ...trace.map((frame) => `    ${frame}`),
  ];
  return `${lines.join("\n")}\n`;
}

function describeMemory(memory: Inspection["memory"]): string {
  if (memory === undefined) return "none";
  const own = memory.imported ? "imported, " : "";
  const used = memory.used === undefined ? "" : `, ${memory.used * PAGE_KIB} KiB once initialised`;
  return `${own}${describeLimits(memory.declared)}${used}`;
}

function describeLimits({ initial, maximum }: Limits): string {
  const most = maximum === undefined ? "no maximum" : `at most ${maximum * PAGE_KIB} KiB`;
  return `${initial * PAGE_KIB} KiB, ${most}`;
}

function describeNames({ namedFunctions, customSections }: Inspection): string {
  const names = namedFunctions === 0 ? "none: traps name no function" : `${namedFunctions} functions`;
  const others = customSections.map(({ name, size }) => `${name} ${size} bytes`).join(", ");
  return others === "" ? names : `${names} (custom sections: ${others})`;
}

function typeOf(found: { readonly kind: string; readonly type?: string }): string {
  return found.kind === "function" && found.type !== undefined ? longType(found.type) : found.kind;
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return [`${title}  ${rows.length}`, ...rows.map(([name, type]) => `  ${name.padEnd(width)}  ${type}`)];
}
