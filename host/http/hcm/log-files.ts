import { createWriteStream, openSync, type WriteStream } from "node:fs";
import { ConfigError } from "../../config/index.js";
import type { FactoryContext } from "../../network/index.js";

interface LogFile {
  readonly stream: WriteStream;
  /** How many logs write to it. */
  users: number;
}

/** By their paths: a file is opened once, however many listeners write to it. */
const files = new Map<string, LogFile>();

/**
 * Where an access log's lines go. A file is closed with the last listener that writes to it.
 * @param field where the configuration names the file
 * @throws ConfigError where it cannot be opened: as Envoy, the host takes no listener whose lines would be lost
 */
export function openLogFile(path: string, context: FactoryContext, field: string): NodeJS.WritableStream {
  if (path === "/dev/stdout") return process.stdout;
  if (path === "/dev/stderr") return process.stderr;
  const file = files.get(path) ?? open(path, context, field);
  file.users += 1;
  context.onDispose(() => {
    file.users -= 1;
    if (file.users > 0) return;
    if (files.get(path) === file) files.delete(path);
    file.stream.end();
  });
  return file.stream;
}

function open(path: string, { logger }: FactoryContext, field: string): LogFile {
  const stream = createWriteStream(path, { fd: opened(path, field) });
  const file = { stream, users: 0 };
  files.set(path, file);
  // A disk that is full must not end the proxy. The next listener tries anew.
  stream.on("error", (error) => {
    if (files.get(path) === file) files.delete(path);
    logger.error({ file: path, error: error.message }, "access log cannot be written");
  });
  return file;
}

function opened(path: string, field: string): number {
  try {
    return openSync(path, "a");
  } catch (error) {
    throw new ConfigError(field, `unable to open file '${path}': ${error instanceof Error ? error.message : error}`);
  }
}
