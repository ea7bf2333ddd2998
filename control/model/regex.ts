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
