// The protocols' table in the README. Each codec's own README begins with its line: a table of the three columns below,
// right behind the title. So a new codec is in the list by what its folder says.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

const COLUMNS = ["protocol", "lane", "attributes"];
const BEGIN = "<!-- protocols: written by npm run format, from the codecs' READMEs -->";
const END = "<!-- /protocols -->";

/**
 * Brings the table up to date, or looks whether it is.
 * @param {{ write: boolean }} options
 * @returns {boolean} whether all is well
 */
export function protocols({ write }) {
  const readme = join(root, "README.md");
  const old = readFileSync(readme, "utf8");
  const [before, , after] = split(old);
  const rows = codecs().map(([folder, file]) => {
    const [protocol, lane, attributes] = facts(file);
    return [protocol, `[${folder}](${folder})`, lane, attributes];
  });
  const text = [
    before,
    BEGIN,
    "",
    ...table([["protocol", "codec", "lane", "attributes"], ...rows]),
    "",
    END,
    after,
  ].join("\n");
  if (text === old) return true;
  if (write) writeFileSync(readme, text);
  else console.error("README.md: the protocols' table is not what the codecs' READMEs say; npm run format writes it");
  return write;
}

/** Folders of codecs, and their READMEs. */
function codecs() {
  const within = (folder, more = "") => readdirSync(join(root, folder)).map((name) => join(folder, name, more));
  return [...within("filters/codecs"), ...within("examples", "codec")]
    .filter((folder) => existsSync(join(root, folder, "asconfig.json")))
    .map((folder) => [folder, join(folder, "README.md")]);
}

/** The cells of the line below the columns' names. */
function facts(file) {
  const lines = existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8").split("\n") : [];
  const head = lines.findIndex((line) => line.trim() !== "" && !line.startsWith("#"));
  const cells = (line = "") =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const found = cells(lines[head + 2]);
  if (cells(lines[head]).join() === COLUMNS.join() && found.length === COLUMNS.length) return found;
  throw new Error(`${file}: expected behind the title a table with the columns ${COLUMNS.join(", ")}, of one line`);
}

/** Markdown's lines, with the columns as wide as Biome makes them. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`);
  return [lines[0], `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...lines.slice(1)];
}

/** What stands before the table, the table, and what follows it. */
function split(text) {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md: expected a line ${BEGIN} and, below it, ${END}`);
  return [text.slice(0, begin - 1), text.slice(begin, end), text.slice(end + END.length + 1)];
}
