import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

/** Who says something. */
export type PeerName = "Client" | "Server";

/** A whole frame as it was recorded. */
export interface SampleFrame {
  readonly name: string;
  readonly from: PeerName;
  readonly bytes: Uint8Array;
}

/** What one side says until the other does. */
export interface Turn {
  readonly from: PeerName;
  readonly bytes: Uint8Array;
}

/** A whole session as it was recorded: who said what, in turn. */
export interface SessionSample {
  readonly name: string;
  readonly turns: readonly Turn[];
}

const FROM_SERVER = /(?:^|[-_.])(?:response|answer|reply|server)(?:[-_.]|$)/i;

/**
 * The frames of a folder, each a file:
 *  - `.hex`: hexadecimal in lines, comments behind `#`, and a line `# from Server` where it is not the client's;
 *  - `.bin`, `.raw`, `.frame`: the bytes themselves, from the server where the name says `response`, `answer`, `reply` or
 *    `server`.
 * @throws for a file that is not as its ending says, with its name
 */
export function readFrames(folder: string): SampleFrame[] {
  return files(folder).flatMap((file): SampleFrame[] => {
    const path = join(folder, file);
    switch (extname(file)) {
      case ".hex":
        return [readHex(path, file)];
      case ".bin":
      case ".raw":
      case ".frame":
        return [{ name: file, from: FROM_SERVER.test(file) ? "Server" : "Client", bytes: readFileSync(path) }];
      default:
        return [];
    }
  });
}

/**
 * The sessions of a folder, each a file `.session`: a line is a turn, `C` or `S` for who speaks, a blank, and what was
 * said in hexadecimal.
 * @throws for a line that is not so, with file and line
 */
export function readSessions(folder: string): SessionSample[] {
  return files(folder)
    .filter((file) => extname(file) === ".session")
    .map((file) => {
      const path = join(folder, file);
      const turns = linesOf(path).flatMap(({ text, number }): Turn[] => {
        if (text === "" || text.startsWith("#")) return [];
        const from = text.startsWith("C ") ? "Client" : "Server";
        if (from === "Server" && !text.startsWith("S ")) throw malformed(path, number, '"C " or "S " and hexadecimal');
        return [{ from, bytes: fromHex(text.slice(2), path, number) }];
      });
      return { name: file, turns };
    });
}

function readHex(path: string, name: string): SampleFrame {
  const lines = linesOf(path);
  const from = lines.some(({ text }) => text === "# from Server") ? "Server" : "Client";
  const parts = lines.map(({ text, number }) => fromHex((text.split("#")[0] ?? "").trim(), path, number));
  return { name, from, bytes: Buffer.concat(parts) };
}

function files(folder: string): string[] {
  return readdirSync(folder).sort();
}

function linesOf(path: string): { readonly text: string; readonly number: number }[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.map((text, index) => ({ text: text.trim(), number: index + 1 }));
}

function fromHex(text: string, path: string, line: number): Buffer {
  if (!/^(?:[0-9a-f]{2}|\s)*$/i.test(text)) throw malformed(path, line, "pairs of hexadecimal digits");
  return Buffer.from(text.replace(/\s+/g, ""), "hex");
}

function malformed(path: string, line: number, expected: string): Error {
  return new Error(`${path}:${line}: expected ${expected}`);
}
