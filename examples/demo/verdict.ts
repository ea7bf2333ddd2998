import type { Model, Mutation, Route } from "../../control/index.js";
import type { Attributes, Entry } from "./calls.js";
import { backendsOf, ruleOf } from "./expectation.js";
import { nameOf } from "./names.js";
import { fairShare, fairSplit } from "./statistics.js";

/** One thing that the rules say, and whether it was so. */
export interface Finding {
  readonly ok: boolean;
  readonly text: string;
}

/** Holds what was seen against what the rules say. */
export function verdict(model: Model, entries: readonly Entry[]): Finding[] {
  const byRule = new Map<string, { rule: Route; entries: Entry[] }>();
  const findings: Finding[] = [answered(entries)];
  for (const entry of entries) {
    const rule = ruleOf(model, entry.call);
    if (rule === undefined) {
      findings.push({ ok: false, text: `a call to ${entry.call.host} falls under no rule` });
      continue;
    }
    const key = `${nameOf(entry.call.host)}, ${rule.name}`;
    const group = byRule.get(key) ?? { rule, entries: [] };
    group.entries.push(entry);
    byRule.set(key, group);
  }
  for (const [name, group] of byRule) {
    const found = [split, mirrored, requestsMutated, responsesMutated].flatMap((judge) =>
      judge(model, group.rule, group.entries),
    );
    findings.push(...found.map(({ ok, text }) => ({ ok, text: `${name}: ${text}` })));
  }
  return findings;
}

type Judge = (model: Model, rule: Route, entries: readonly Entry[]) => Finding[];

function answered(entries: readonly Entry[]): Finding {
  const failed = entries.filter(({ call }) => !call.ok).length;
  return { ok: failed === 0 && entries.length > 0, text: `${entries.length} calls, ${failed} failed` };
}

const split: Judge = (model, rule, entries) => {
  const sets = rule.destinations.map((destination) => backendsOf(model, destination));
  const counts = sets.map(() => 0);
  let strays = 0;
  for (const { call } of entries) {
    const index = sets.findIndex((set, at) => (rule.destinations[at]?.weight ?? 0) > 0 && set.has(call.servedBy ?? ""));
    if (index < 0) strays += 1;
    else counts[index] = (counts[index] ?? 0) + 1;
  }
  const weights = rule.destinations.map(({ weight }) => weight);
  const names = rule.destinations.map(
    ({ host, subset }, index) => `${counts[index]} to ${nameOf(host)}${subset === "" ? "" : ` ${subset}`}`,
  );
  const wanted = weights.length > 1 ? `, wanted ${weights.join(":")}` : "";
  const text = `${names.join(", ")}${wanted}${strays === 0 ? "" : `, ${strays} elsewhere`}`;
  return [{ ok: strays === 0 && fairSplit(counts, weights), text }];
};

const mirrored: Judge = (model, { mirrors }, entries) => {
  const copies = entries.flatMap(({ call, arrivals }) => {
    const original = arrivals.findIndex(({ backend }) => backend === call.servedBy);
    return arrivals.filter((_, index) => index !== original);
  });
  const wanted = mirrors.map((mirror) => ({ targets: backendsOf(model, mirror), percentage: mirror.percentage }));
  const findings = wanted.map(({ targets, percentage }) => {
    const count = copies.filter(({ backend }) => targets.has(backend)).length;
    const text = `${count} of ${entries.length} mirrored to ${[...targets].join(", ")}, wanted ${percentage} %`;
    return { ok: fairShare(count, entries.length, percentage / 100), text };
  });
  const strays = copies.filter(({ backend }) => !wanted.some(({ targets }) => targets.has(backend))).length;
  return strays === 0 ? findings : [...findings, { ok: false, text: `${strays} copies went elsewhere` }];
};

const requestsMutated: Judge = (_model, { requestMutation }, entries) => {
  const wanted = valuesOf(requestMutation);
  if (wanted.length === 0) return [];
  const seen = entries.filter(
    ({ arrivals }) => arrivals.length > 0 && arrivals.every(({ attributes }) => hasAll(attributes, wanted)),
  );
  return [mutation("requests", wanted, seen.length, entries.length)];
};

const responsesMutated: Judge = (_model, { responseMutation }, entries) => {
  const wanted = valuesOf(responseMutation);
  if (wanted.length === 0) return [];
  const seen = entries.filter(({ call }) => hasAll(call.responseAttributes, wanted));
  return [mutation("responses", wanted, seen.length, entries.length)];
};

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** What all requests, or responses, of a rule must have, whatever is in them. */
function valuesOf(mutations: readonly Mutation[]): Attribute[] {
  return mutations.flatMap((one) =>
    one.kind === "set" && "value" in one && one.match.length === 0 ? [{ name: one.name, value: one.value }] : [],
  );
}

function mutation(what: string, attributes: readonly Attribute[], seen: number, total: number): Finding {
  const names = attributes.map(({ name, value }) => `${name}: ${value}`).join(", ");
  return { ok: seen === total, text: `${seen} of ${total} ${what} have ${names}` };
}

/** Each of them once, in the spelling of the rules. */
function hasAll(found: Attributes, attributes: readonly Attribute[]): boolean {
  return attributes.every(({ name, value }) => {
    const same = found.filter(([key]) => key.toLowerCase() === name.toLowerCase());
    return same.length === 1 && same[0]?.[0] === name && same[0][1] === value;
  });
}
