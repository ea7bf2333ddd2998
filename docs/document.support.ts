// What a document in Markdown tells its reader to do, as steps:
//   a block of sh                           a command
//     "In a terminal for …", "… in the terminal for NAME, …" above it: one that runs on, in the place of what ran there
//     "A moment later:" above it: what it prints may take a while to come true
//   text right below a block of sh          what it prints; … is whatever
//   any block below "`PATH`:"               a file's whole content, or its next part where "part of" is said and not "first"
//   a block of diff below "`PATH`:"         a change of a file
import { readFileSync } from "node:fs";

/** One thing that the reader does. */
export type Step = { readonly line: number } & (
  | {
      readonly does: "run";
      readonly script: string;
      readonly terminal: string | undefined;
      readonly prints: string | undefined;
      readonly later: boolean;
    }
  | { readonly does: "write"; readonly file: string; readonly text: string; readonly append: boolean }
  | { readonly does: "change"; readonly file: string; readonly from: string; readonly to: string }
);

/** A part of a document under a heading of its own. */
export interface Section {
  readonly title: string;
  readonly steps: readonly Step[];
}

interface Block {
  readonly title: string;
  readonly above: string;
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

/** The sections of a document that have steps. */
export function readDocument(path: string | URL): Section[] {
  const sections = new Map<string, Step[]>();
  const blocks = [...blocksOf(readFileSync(path, "utf8"))];
  for (const [index, block] of blocks.entries()) {
    const step = stepOf(block, blocks[index + 1]);
    if (step === undefined) continue;
    const steps = sections.get(block.title) ?? [];
    sections.set(block.title, [...steps, step]);
  }
  return Array.from(sections, ([title, steps]) => ({ title, steps }));
}

function* blocksOf(markdown: string): Generator<Block> {
  let title = "";
  let above = "";
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    const fence = /^```(\w*)$/.exec(text);
    if (fence && open === undefined) {
      open = { language: fence[1] ?? "", line: index + 1, lines: [] };
    } else if (fence && open) {
      const { language, line, lines } = open;
      yield { title, above: above.trim(), language, text: lines.map((each) => `${each}\n`).join(""), line };
      open = undefined;
      above = "";
    } else if (open) {
      open.lines.push(text);
    } else if (text.startsWith("## ")) {
      title = text.slice(3);
      above = "";
    } else {
      // A paragraph of its own is not what stands above a block.
      above = text === "" ? `${above.trim()}\n` : `${above.endsWith("\n") ? "" : above} ${text}`;
    }
  }
}

function stepOf({ above, language, text, line }: Block, next: Block | undefined): Step | undefined {
  if (language === "sh") {
    const terminal = /\bterminal for (.*?)(?:[,:]|$)/.exec(above)?.[1];
    const prints = next?.language === "text" && next.above === "" ? next.text : undefined;
    return { does: "run", script: text, terminal, prints, later: above.endsWith("A moment later:"), line };
  }
  const file = /`([^`\s]+)`:$/.exec(above)?.[1] ?? /\bpart of `([^`\s]+)`/.exec(above)?.[1];
  if (file === undefined) return undefined;
  if (language !== "diff") {
    const append = /(?<!first )\bpart of `/.test(above);
    return { does: "write", file, text, append, line };
  }
  const lines = text.split("\n");
  const side = (mark: string) => lines.filter((each) => each.startsWith(" ") || each.startsWith(mark));
  const whole = (mark: string) =>
    side(mark)
      .map((each) => `${each.slice(1)}\n`)
      .join("");
  return { does: "change", file, from: whole("-"), to: whole("+"), line };
}
