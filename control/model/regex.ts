/**
 * Why Envoy's regular expressions (RE2) would refuse this one, as far as it can be told from here: they know neither
 * lookaround nor back references, and one such rule would make Envoy refuse all routes of its service.
 */
export function regexFault(source: string): string | undefined {
  const missing = /\(\?<?[=!]/.test(source) ? "lookaround" : /\\[1-9]/.test(source) ? "back references" : undefined;
  if (missing !== undefined) return `RE2 has no ${missing}`;
  const javascript = source
    .replaceAll("(?P<", "(?<")
    .replaceAll(/\(\?[imsU-]+\)/g, "")
    .replaceAll(/\(\?[imsU-]+:/g, "(?:");
  try {
    new RegExp(javascript);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Steps of an expression that modules take (assembly/regex). */
const MOST_STEPS = 4000;

/** Why a module would refuse an expression that Envoy itself takes. */
export function moduleRegexFault(source: string): string | undefined {
  if (/(?<!\\)(?:\\\\)*\\[pPC]/.test(source)) return "classes of Unicode (\\p) and \\C are for matches of routes alone";
  const steps = stepsOf(source);
  return steps > MOST_STEPS ? `is too large: ${steps} steps, where ${MOST_STEPS} are allowed` : undefined;
}

const TOKEN =
  /\\Q.*?(?:\\E|$)|\\x\{[^}]*\}|\\x..|\\[0-7]{1,3}|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\(\?[imsU-]+\)|\((?:\?(?:[imsU-]*:|P?<\w+>))?|\{(\d+)(?:,(\d*))?\}\??|[*+?]\??|./gsu;

/** About how many steps it takes, and never fewer: counted repetitions are written out. */
function stepsOf(source: string): number {
  const open: number[] = [];
  let all = 1;
  let last = 0;
  for (const [token, least, most] of source.matchAll(TOKEN)) {
    if (/^\(\?[imsU-]+\)$/.test(token)) continue;
    if (token.startsWith("(")) {
      open.push(all);
      all = 0;
      last = 0;
    } else if (token === ")") {
      last = all;
      all += open.pop() ?? 0;
    } else if (least !== undefined) {
      const times = most === undefined ? Number(least) : most === "" ? Number(least) + 1 : Number(most);
      all += (last + 1) * times + 1 - last;
    } else if (/^[*+?]/.test(token)) all += last + 2;
    else {
      last = token.startsWith("\\Q") ? token.length : token === "|" ? 2 : 1;
      all += last;
    }
  }
  return all;
}
