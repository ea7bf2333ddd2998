import type { TapRecord } from "../control/index.js";

/** A line for people; payloads on lines of their own. */
export function textOf(record: TapRecord): string {
  const { time, service, kind, operation, attributes, status, code, latencyMs, backend } = record;
  const parts = [
    time.slice(11, 23),
    service,
    ...(kind === "call" ? [] : [kind]),
    [record.interface, operation].filter((part) => part !== "").join("/") || "-",
    ...(code === 0 ? [status] : [`${status}(${code})`]),
    ...(kind === "message" ? [] : [`${latencyMs}ms`]),
    `${record.requestBytes}B>${record.answerBytes}B`,
    ...(backend === "" ? [] : [backend]),
    ...Object.entries(attributes).map(([name, value]) => `${visible(name)}=${shown(value)}`),
  ];
  return `${parts.map(visible).join("  ")}\n${payloadOf(">", record.request)}${payloadOf("<", record.answer)}`;
}

function payloadOf(mark: string, base64: string | undefined): string {
  return base64 === undefined ? "" : `  ${mark} ${visible(Buffer.from(base64, "base64").toString("latin1"))}\n`;
}

function shown(value: string): string {
  return /^[^\s"=]*$/.test(value) ? value : JSON.stringify(value);
}

/** What comes from the wire is not to command a terminal. */
function visible(text: string): string {
  return text.replaceAll(/[^\x20-\x7e\u00a1-\uffff]/g, (char) => {
    return char === "\n" ? "\\n" : char === "\r" ? "\\r" : `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
