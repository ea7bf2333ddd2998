import type { HeaderPair } from "../types.js";

const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);

/** What of these Envoy's HTTP/1.1 codec still shows to filters; the connection manager takes it out. */
const SHOWN = new Set(["connection", "transfer-encoding"]);

/** Pairs from node's flat list of names and values, lower-cased, without what no filter sees. */
export function pairsFromRaw(raw: readonly string[]): HeaderPair[] {
  const pairs: HeaderPair[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    if (!HOP_BY_HOP.has(name) || SHOWN.has(name)) pairs.push([name, raw[index + 1] ?? ""]);
  }
  return pairs;
}

/** The object that node:http2 takes: repeated names become lists. */
export function headerObject(pairs: readonly HeaderPair[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of pairs) {
    if (HOP_BY_HOP.has(name)) continue;
    const there = headers[name];
    if (there === undefined) headers[name] = value;
    else if (typeof there === "string") headers[name] = [there, value];
    else there.push(value);
  }
  return headers;
}

/** The value of the first pair of that name. */
export function firstValue(pairs: readonly HeaderPair[], name: string): string | undefined {
  return pairs.find(([key]) => key === name)?.[1];
}
