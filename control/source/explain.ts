import type { z } from "zod";
import { didYouMean } from "./nearest.js";

const ARTICLES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

/** What was expected and what is there, in words for the file's author. */
export function explain(issue: z.core.$ZodIssue, found: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return found === undefined
        ? `required: expected ${named(issue.expected)}`
        : `expected ${named(issue.expected)}, found ${describe(found)}`;
    case "invalid_value": {
      const values = issue.values.map(String);
      return `expected ${oneOf(values)}, found ${describe(found)}${typeof found === "string" ? didYouMean(found, values) : ""}`;
    }
    case "too_small":
      return issue.message.startsWith("expected")
        ? issue.message
        : `expected ${String(issue.minimum)} or more, found ${describe(found)}`;
    case "too_big":
      return `expected ${String(issue.maximum)} or less, found ${describe(found)}`;
    case "invalid_format":
    case "custom":
      return issue.message.includes("found") ? issue.message : `${issue.message}, found ${describe(found)}`;
    default:
      return issue.message;
  }
}

function named(expected: string): string {
  return ARTICLES[expected] ?? expected;
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(", ")}`;
}

function describe(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  return typeof value === "string"
    ? JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
    : String(value);
}
