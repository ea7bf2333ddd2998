import { readdirSync, readFileSync } from "node:fs";

const FILTERS = new URL("../../filters/http/", import.meta.url);

/** A piece of a filter's README that is meant to be copied. */
export interface Snippet {
  readonly language: string;
  /** The heading that it stands under. */
  readonly under: string;
  readonly text: string;
}

/** The names of the HTTP filters that ship. */
export const HTTP_FILTERS: readonly string[] = readdirSync(FILTERS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The README of an HTTP filter. */
export function readmeOf(filter: string): string {
  return readFileSync(new URL(`${filter}/README.md`, FILTERS), "utf8");
}

/** The snippets in it, in their order. */
export function snippetsOf(filter: string): Snippet[] {
  const text = readmeOf(filter);
  const snippets: Snippet[] = [];
  let under = "";
  for (const [, heading, language = "", body = ""] of text.matchAll(/^#+ ([^\n]*)$|^```(\w+)\n(.*?)^```$/gms)) {
    if (heading === undefined) snippets.push({ language, under, text: body });
    else under = heading;
  }
  return snippets;
}
