import type { ProxyKind } from "../support/index.js";

/** One line that a module logged. */
export interface Line {
  readonly vmId: string;
  readonly text: string;
}

/** pino's numbers and Envoy's words. */
const LEVELS: Readonly<Record<string, string>> = {
  30: "info",
  40: "warn",
  50: "error",
  warning: "warn",
  critical: "error",
};

/** `[time][thread][level][wasm] [place] wasm log (PLUGIN )ROOT VM: message`: a root does not say its plugin's name. */
const ENVOY = /^\[[^\]]*\]\[\d+\]\[(\w+)\]\[wasm\] \[[^\]]*\] wasm log (?:[^:]* )?([^: ]+): (.*)$/;

/** The host's own words about a module, which Envoy has others for. */
const ABOUT_THE_VM = /^\S+ failed: |^the VM (was replaced|could not be replaced)/;

/** What modules said in a proxy's log. */
export function moduleLines(kind: ProxyKind, log: string): Line[] {
  return log.split("\n").flatMap((line) => (kind === "envoy" ? envoyLine(line) : hostLine(line)));
}

function envoyLine(line: string): Line[] {
  const [, level = "", vmId = "", message = ""] = ENVOY.exec(line) ?? [];
  return vmId === "" ? [] : [{ vmId, text: `${LEVELS[level] ?? level} ${message}` }];
}

function hostLine(line: string): Line[] {
  if (!line.startsWith("{")) return [];
  let entry: { level: number; msg: string; vmId?: string };
  try {
    entry = JSON.parse(line);
  } catch {
    return []; // cut off: the log is the last of what was written
  }
  const { level, msg, vmId } = entry;
  if (vmId === undefined || ABOUT_THE_VM.test(msg)) return [];
  return [{ vmId, text: `${LEVELS[level] ?? level} ${msg}` }];
}
