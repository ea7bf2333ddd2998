import { readFile } from "node:fs/promises";
import { watch } from "chokidar";
import type { Logger } from "pino";
import { bootstrap } from "../../control/index.js";
import { startHost } from "../../host/index.js";
import { inspectModule, sourceMapBeside, type TraceEvent } from "../../host/vm/index.js";
import { AdsServer } from "../../xds/index.js";
import { startEcho } from "./echo.js";
import { listens, startEnvoy } from "./envoy.js";
import { followSource } from "./follow-source.js";
import { type Address, LISTENER, resourcesOf, type Scene } from "./resources.js";

/** How a module is served. */
export interface RunOptions {
  readonly module: string;
  readonly kind: "http" | "tcp";
  readonly configuration: string;
  /** 0 takes a free one; an Envoy needs a number. */
  readonly port: number;
  /** Undefined: an echo. */
  readonly upstream?: Address | undefined;
  readonly logger: Logger;
  /** An Envoy's binary, in the place of the host. */
  readonly envoy?: string | undefined;
  /** Told of every call between host and module; not with an Envoy. */
  readonly trace?: ((event: TraceEvent) => void) | undefined;
  /** Take new versions of the module's file. */
  readonly watch?: boolean | undefined;
  /** The folder of its source: it is built from there, again at each change, and taken. */
  readonly source?: string | undefined;
}

/** A module that is served. */
export interface Running {
  readonly port: number;
  readonly upstream: Address;
  close(): Promise<void>;
}

interface Closable {
  close(): Promise<void>;
}

/** Serves a module. @throws where it would not load, with everything that speaks against it */
export async function runModule(options: RunOptions): Promise<Running> {
  const parts: Closable[] = [];
  const close = async () => {
    for (const part of parts.splice(0).reverse()) await part.close();
  };
  const own = <T extends Closable>(part: T): T => {
    parts.push(part);
    return part;
  };
  try {
    const { logger, module, kind, configuration, source } = options;
    if (source !== undefined) own(await followSource(source, module, logger));
    const code = await loadable(module);
    const upstream = options.upstream ?? { host: "127.0.0.1", port: own(await startEcho(kind)).port };
    const scene: Scene = { kind, port: options.port, upstream, code, configuration };
    let refuse = (_reason: Error): void => undefined;
    const refused = new Promise<never>((_resolve, reject) => {
      refuse = reject;
    });
    // Where it comes later, the log has it.
    refused.catch(() => undefined);
    const ads = own(
      new AdsServer({
        onAck: ({ typeUrl, version }) => logger.debug({ type: typeUrl, version }, "configuration accepted"),
        onNack: ({ message }) => {
          logger.error({ reason: message }, "refused; what runs goes on");
          refuse(new Error(message));
        },
      }),
    );
    ads.publish(resourcesOf(scene));
    const yaml = bootstrap({ controlPort: await ads.listen(0), adminPort: 0, nodeId: "run" });
    const serve = options.envoy === undefined ? onHost : onEnvoy;
    const port = await Promise.race([serve(yaml, options, own), refused]);
    if (options.watch || source !== undefined) own(swapWhenChanged(scene, module, ads, logger));
    return { port, upstream, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Own = <T extends Closable>(part: T) => T;

async function onHost(yaml: string, { logger, trace }: RunOptions, own: Own): Promise<number> {
  const host = own(await startHost({ bootstrap: yaml, logger, ...(trace && { trace }) }));
  await host.ready();
  const port = host.listenerPort(LISTENER);
  if (port === undefined) throw new Error("the module was refused: the log says why");
  return port;
}

async function onEnvoy(yaml: string, { envoy = "envoy", port }: RunOptions, own: Own): Promise<number> {
  own(await startEnvoy(envoy, yaml, () => listens(port)));
  return port;
}

/** A build writes a file in pieces: it is read when it has been still for so long. */
const STILL_MS = 50;

function swapWhenChanged(scene: Scene, module: string, ads: AdsServer, logger: Logger): Closable {
  const watcher = watch(module, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: STILL_MS, pollInterval: STILL_MS / 5 },
  });
  const swap = async () => {
    try {
      const code = await loadable(module);
      ads.publish(resourcesOf({ ...scene, code }));
      logger.info({ module, bytes: code.length }, "new version");
    } catch (error) {
      logger.error({ reason: error instanceof Error ? error.message : String(error) }, "not taken; what runs goes on");
    }
  };
  watcher.on("add", swap).on("change", swap);
  watcher.on("error", (error) => logger.error({ reason: String(error) }, "the module is not watched any more"));
  return watcher;
}

async function loadable(module: string): Promise<Uint8Array> {
  const code = await readFile(module);
  const { problems, trace } = await inspectModule(code, sourceMapBeside(module));
  const places = trace.map((frame) => `\n  ${frame}`).join("");
  if (problems.length > 0) throw new Error(`${module} would not load: ${problems.join("; ")}${places}`);
  return code;
}
