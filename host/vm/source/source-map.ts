import { readFileSync } from "node:fs";
import { TraceMap, traceSegment } from "@jridgewell/trace-mapping";

/*
 * How frames of a module look in a stack. Both give the offset in the module's file:
 *   Node    at NAME (wasm://wasm/HASH:wasm-function[12]:0x1f3)
 *   Envoy     0:  0x1f3 - NAME                                    below "Proxy-Wasm plugin in-VM backtrace:"
 */
const NODE_FRAME = /wasm-function\[\d+\]:0x([0-9a-f]+)\)?/g;
const ENVOY_FRAME = /^\s*\d+:\s+0x([0-9a-f]+) - .*$/gm;

/*
 * In asc's maps a call has no place of its own, nor has what follows an `unreachable`: a place ends with the last operand, a few
 * bytes before the offset that a frame has.
 */
const MOST_BEHIND = 8;

/** A module's source map (ECMA-426): each byte of the module is a column of its first line. */
export class SourceMap {
  readonly #map: TraceMap;

  /** @param text the map's JSON @throws where it is none */
  constructor(text: string) {
    // asc names sources from where it ran, and a root, `./NAME`, that is nowhere.
    this.#map = new TraceMap({ ...JSON.parse(text), sourceRoot: undefined });
  }

  /** File, line and column, from 1, as editors take them; undefined for code that came from no source. */
  at(offset: number): string | undefined {
    for (let at = offset; offset - at <= MOST_BEHIND; ) {
      const segment = traceSegment(this.#map, 0, at);
      if (segment === null) return undefined;
      const [begin, source, line = 0, column = 0] = segment;
      if (source !== undefined) return `${this.#map.sources[source]}:${line + 1}:${column + 1}`;
      at = begin - 1;
    }
    return undefined;
  }

  /** A stack of Node's, or a log of Envoy's: behind each frame of a module stands where that is in its source. */
  translate(text: string): string {
    const withPlace = (frame: string, hex: string) => {
      const place = this.at(Number.parseInt(hex, 16));
      return place === undefined ? frame : `${frame} ${place}`;
    };
    return text.replace(NODE_FRAME, withPlace).replace(ENVOY_FRAME, withPlace);
  }
}

/** The map beside a module's file, `NAME.wasm.map`; undefined where there is none. @throws for one that is not readable */
export function sourceMapBeside(module: string | URL): SourceMap | undefined {
  const file = module instanceof URL ? new URL(`${module.href}.map`) : `${module}.map`;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return new SourceMap(text);
  } catch (error) {
    throw new Error(`${file}: expected a source map: ${error instanceof Error ? error.message : String(error)}`);
  }
}
