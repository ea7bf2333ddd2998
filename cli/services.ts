import type { Model } from "../control/index.js";

/** One line for each service: its name, where it is reached, its codec. */
export function describeServices({ services }: Model): string {
  const rows = services.map(({ host, port, bind, codec }) => {
    return [`${host}:${port}`, `${bind.address}:${bind.port}`, codec.name];
  });
  if (rows.length === 0) return "  no services yet: the rules have no ServiceEntry\n";
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}\n`).join("");
}
