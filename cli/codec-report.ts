import type { Checked, Failure, Report } from "../testing/codec/index.js";

const MOST_BYTES = 4096;

/** A line a check; below, what fails, the fewest bytes first. */
export function describeReport({ lane, checks, failures, speed, memoryBytes }: Report): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const lines = checks.map((checked) => describeCheck(checked, width));
  if (lane !== undefined && memoryBytes !== undefined) {
    lines.push(`lane ${lane}, linear memory ${memoryBytes >> 10} KiB`);
  }
  if (speed) {
    const { megabytesPerSecond, framesPerSecond } = speed;
    lines.push(
      `${megabytesPerSecond.toFixed(1)} MB/s, ${Math.round(framesPerSecond)} frames/s, on one thread of this host`,
    );
  }
  lines.push(...failures.flatMap(describeFailure));
  return `${lines.join("\n")}\n`;
}

function describeCheck({ check, cases, failure, uncompared }: Checked, width: number): string {
  const skipped = uncompared.length === 0 ? "" : `  not the same twice, so not compared: ${few(uncompared)}`;
  return `${failure ? "FAILS" : "ok   "}  ${check.padEnd(width)}  ${String(cases).padStart(7)}${skipped}`;
}

const MOST_NAMES = 3;

function few(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return `${names.slice(0, MOST_NAMES).join(", ")}${more}`;
}

function describeFailure({ check, name, reason, from, bytes }: Failure): string[] {
  const shown = Buffer.from(bytes.subarray(0, MOST_BYTES)).toString("hex");
  const cut = bytes.length > MOST_BYTES ? " …" : "";
  return ["", `${check}: ${name}`, `  ${reason}`, `  ${bytes.length} bytes from the ${from}: ${shown}${cut}`];
}
