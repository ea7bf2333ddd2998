import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { buildComponent, type CodecComponent, type Compiler, type Conversation, loadComponent } from "./index.js";
import type { Sender } from "./load.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The component of a codec's folder. */
export async function componentOf(folder: string): Promise<CodecComponent> {
  const compiler = asc as unknown as Compiler;
  return loadComponent(
    await buildComponent({ folder: root, entry: `${folder}/index.ts`, compiler, packages: "build/packages" }),
  );
}

/** One line for each frame: who sent it, its kind, what was asked, what becomes of it, and a few attributes. */
export class Reading {
  readonly lines: string[] = [];
  readonly #rest = { client: Buffer.alloc(0), server: Buffer.alloc(0) };

  constructor(
    private readonly conversation: Conversation,
    private readonly attributes: readonly string[],
  ) {}

  take(from: Sender, bytes: Uint8Array): void {
    let rest = Buffer.concat([this.#rest[from], bytes]);
    while (rest.length > 0) {
      const read = this.conversation.read(from, rest);
      if ("refused" in read) {
        if (read.refused === "malformed") throw new Error(`${from}: malformed: ${rest.toString("hex")}`);
        break;
      }
      const said = read.attributes.filter(({ name }) => this.attributes.includes(name)).map(({ value }) => value);
      this.lines.push([from, read.kind, read.operation || "-", read.step ?? "-", ...said].join(" "));
      rest = rest.subarray(read.length);
    }
    this.#rest[from] = rest;
  }
}
