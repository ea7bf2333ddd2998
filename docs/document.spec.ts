import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readDocument, type Step } from "./document.support.js";

const TEXT = `# Title

\`\`\`text
no step
\`\`\`

## First

It is a file, and on. In
\`a/b.ts\`:

\`\`\`ts
one
\`\`\`

The next part of \`a/b.ts\` says more:

\`\`\`ts
two
\`\`\`

In \`a/b.ts\`:

\`\`\`diff
 one
-two
+three
\`\`\`

## Second

In a terminal for the proxy:

\`\`\`sh
npm start
\`\`\`

\`\`\`text
ready
\`\`\`

A moment later:

\`\`\`sh
ask
\`\`\`
`;

it("a document's steps are what its reader does", () => {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-document-"));
  const file = join(folder, "a.md");
  writeFileSync(file, TEXT);
  const run = { does: "run", terminal: undefined, prints: undefined, later: false };
  const expected: { title: string; steps: Step[] }[] = [
    {
      title: "First",
      steps: [
        { does: "write", file: "a/b.ts", text: "one\n", append: false, line: 12 },
        { does: "write", file: "a/b.ts", text: "two\n", append: true, line: 18 },
        { does: "change", file: "a/b.ts", from: "one\ntwo\n", to: "one\nthree\n", line: 24 },
      ],
    },
    {
      title: "Second",
      steps: [
        { ...run, script: "npm start\n", terminal: "the proxy", prints: "ready\n", line: 34 },
        { ...run, script: "ask\n", later: true, line: 44 },
      ] as Step[],
    },
  ];
  expect(readDocument(file)).toEqual(expected);
  rmSync(folder, { recursive: true });
});
