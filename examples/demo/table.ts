import type { Model } from "../../control/index.js";
import type { Entry } from "./calls.js";
import { ruleOf } from "./expectation.js";
import { nameOf } from "./names.js";
import { quantile } from "./statistics.js";

/** The requests of one rule that ended at one backend. */
interface Row {
  readonly service: string;
  readonly rule: string;
  readonly backend: string;
  requests: number;
  copies: number;
  failed: number;
  readonly milliseconds: number[];
}

const HEADINGS = ["service", "rule", "went to", "requests", "share", "copies", "status", "p50 ms", "p99 ms"] as const;
/** Columns of numbers stand to the right. */
const FIRST_NUMBER = 3;

/** Requests, where they went, status and latency, as lines of text. */
export function table(model: Model, entries: readonly Entry[]): string[] {
  const rows = [...collect(model, entries).values()].sort((a, b) => compare(key(a), key(b)));
  const totals = new Map<string, number>();
  for (const row of rows) totals.set(ruleKey(row), (totals.get(ruleKey(row)) ?? 0) + row.requests);
  const cells = [[...HEADINGS], ...rows.map((row) => toCells(row, totals.get(ruleKey(row)) ?? 0))];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, column) =>
        column < FIRST_NUMBER ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

function collect(model: Model, entries: readonly Entry[]): Map<string, Row> {
  const rows = new Map<string, Row>();
  const rowOf = (host: string, rule: string, backend: string): Row => {
    const row: Row = { service: nameOf(host), rule, backend, requests: 0, copies: 0, failed: 0, milliseconds: [] };
    const known = rows.get(key(row));
    if (known === undefined) rows.set(key(row), row);
    return known ?? row;
  };
  for (const { call, arrivals } of entries) {
    const rule = ruleOf(model, call)?.name ?? "(none)";
    const row = rowOf(call.host, rule, call.servedBy ?? "nobody");
    row.requests += 1;
    if (!call.ok) row.failed += 1;
    row.milliseconds.push(call.milliseconds);
    const original = arrivals.findIndex(({ backend }) => backend === call.servedBy);
    for (const [index, { backend }] of arrivals.entries()) {
      if (index !== original && call.servedBy !== undefined) rowOf(call.host, rule, backend).copies += 1;
    }
  }
  return rows;
}

function toCells({ service, rule, backend, requests, copies, failed, milliseconds }: Row, total: number): string[] {
  const sorted = milliseconds.sort((a, b) => a - b);
  const status = requests === 0 ? "" : failed === 0 ? "ok" : `${failed} failed`;
  const latency = (share: number) => (sorted.length === 0 ? "" : quantile(sorted, share).toFixed(1));
  const share = requests === 0 ? "" : `${((100 * requests) / total).toFixed(0)} %`;
  return [service, rule, backend, count(requests), share, count(copies), status, latency(0.5), latency(0.99)];
}

function count(value: number): string {
  return value === 0 ? "" : String(value);
}

function ruleKey({ service, rule }: Row): string {
  return `${service}\0${rule}`;
}

function key(row: Row): string {
  return `${ruleKey(row)}\0${row.backend}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
