import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { BaseLogger } from "pino";
import type { ServerTlsFiles } from "../xds/index.js";
import { exposedKeys } from "./exposed-keys.js";
import { buildModel, inboundHosts, type Model, modelBeside, type Service } from "./model/index.js";
import { beside, ownModules } from "./own-modules.js";
import { SnapshotServer } from "./server/index.js";
import { snapshotOf } from "./snapshot/index.js";
import {
  formatProblem,
  type Loaded,
  type Modules,
  type ModulesWatch,
  type Problem,
  readModules,
  watchFolder,
  watchModules,
} from "./source/index.js";
import { TapHub, TapService } from "./tap/index.js";
import { outlookOf, type Serials, serialNumbers, translate } from "./translation/index.js";

/** What a control plane needs. */
export interface ControlOptions {
  /** The folder of rules, followed as long as the control plane runs. */
  readonly rules: string;
  /** Port for proxies; 0, the default, takes a free one. */
  readonly port?: number;
  /** Address for proxies. Default 127.0.0.1. */
  readonly host?: string;
  /** Proxies come in by TLS, with these files; in plain text without it. New files hold for new connections. */
  readonly tls?: ServerTlsFiles;
  /**
   * Folder with `codecs/*.wasm` and `http/*.wasm`, beside the modules that come with Meltemi, or in their place. It is
   * followed too: a module that was compiled again serves new connections at once, and those that are open keep theirs.
   */
  readonly modules?: string;
  /** Where proxies listen for services that have no address of their own. Default 127.0.0.1. */
  readonly bind?: string;
  readonly logger?: BaseLogger;
  /** Called with what is in force, at the start and after each change. */
  readonly onModel?: (model: Model) => void;
  /** Called with what is wrong with the rules, each time they are read; empty when all is well. */
  readonly onProblems?: (problems: readonly Problem[]) => void;
}

/** A running control plane. */
export interface Control {
  readonly port: number;
  /** Stops following the rules, and the server; proxies keep what they have. */
  close(): Promise<void>;
}

/**
 * Starts a control plane. It resolves when proxies may connect; where the rules have errors at that time, proxies keep
 * what they have until the errors are corrected.
 */
export async function startControl(options: ControlOptions): Promise<Control> {
  const { rules, port = 0, host, logger } = options;
  await expectFolder(rules, "rules");
  if (options.modules !== undefined) await expectFolder(options.modules, "modules");
  const own = await readModules(ownModules());
  const others = options.modules === undefined ? undefined : await readModules(options.modules);
  let modules = others === undefined ? own : beside(own, others);
  logger?.info({ codecs: digests(modules.codecs), http: digests(modules.http) }, "modules loaded");

  const serials = serialNumbers();
  // A proxy beside an application has other settings for the same names.
  const serialsBeside = new Map<string, Serials>();
  const logLanes = laneLog(options);
  const warnOfKeys = keyWarning(options);
  let inForce: Model = { services: [] };
  const view = (model: Model, numbers: Serials) => snapshotOf(translate(model, modules, numbers), outlookOf(model));
  const push = (model: Model): void => {
    inForce = model;
    logLanes(model);
    warnOfKeys(model);
    const current = tapped(model, hub);
    const besideApplications = inboundHosts(current).map((host) => {
      const numbers = serialsBeside.get(host) ?? serialNumbers();
      serialsBeside.set(host, numbers);
      return [host, view(modelBeside(host, current), numbers)] as const;
    });
    server.push(view(current, serials), new Map(besideApplications));
  };
  const hub = new TapHub({
    services: () => inForce.services.map(nameOf),
    onChange: () => push(inForce),
    logger,
  });
  const tap = { definition: TapService, implementation: { Report: hub.report, Watch: hub.watch } };
  const server = new SnapshotServer({ logger, services: [tap], tls: options.tls });
  const bound = await server.listen(port, host);
  let rulesRead: Loaded | undefined;
  const applyRules = (): void => {
    if (rulesRead !== undefined) apply(rulesRead, modules, push, options);
  };
  const followModules = (folder: string, current: Modules): Promise<ModulesWatch> =>
    watchModules(folder, current, {
      onChange: (changed) => {
        modules = beside(own, changed);
        logger?.info({ codecs: digests(modules.codecs), http: digests(modules.http) }, "new modules");
        applyRules();
      },
      onProblem: (reason) => logger?.error({ reason }, "the modules are not taken; what runs goes on"),
    });
  try {
    const watch = await watchFolder(rules, (loaded) => {
      rulesRead = loaded;
      applyRules();
    });
    const modulesWatch =
      options.modules === undefined || others === undefined ? undefined : await followModules(options.modules, others);
    return {
      port: bound,
      close: async () => {
        await modulesWatch?.close();
        await watch.close();
        hub.close();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

function apply(loaded: Loaded, modules: Modules, push: (model: Model) => void, options: ControlOptions): void {
  const { bind, logger } = options;
  const problems = [...loaded.problems];
  let model: Model | undefined;
  if (loaded.rules !== undefined) {
    const built = buildModel(loaded.rules, { modules, ...(bind === undefined ? {} : { bind }) });
    problems.push(...built.problems);
    model = built.model;
  }
  for (const problem of problems) logger?.[problem.severity === "error" ? "error" : "warn"](formatProblem(problem));
  options.onProblems?.(problems);
  if (model === undefined) {
    logger?.error("the rules have errors, so nothing changes until they are corrected");
    return;
  }
  push(model);
  options.onModel?.(model);
}

/** The model, and what those who watch want of its services. */
function tapped(model: Model, { taps }: TapHub): Model {
  if (taps.size === 0) return model;
  const services = model.services.map((service) => {
    const tap = taps.get(nameOf(service));
    if (tap === undefined) return service;
    return { ...service, tap, ...(service.inbound && { inbound: { ...service.inbound, tap } }) };
  });
  return { ...model, services };
}

function nameOf({ host, port }: Pick<Service, "host" | "port">): string {
  return `${host}:${port}`;
}

/** Tells which lane services take and why, where they have a choice: all at first, then those of which it changes. */
function laneLog({ logger }: ControlOptions): (model: Model) => void {
  let told = new Map<string, string>();
  return ({ services }) => {
    const now = new Map<string, string>();
    for (const { host, port, lane } of services.filter(({ lane }) => lane.open)) {
      const service = `${host}:${port}`;
      const choice = `${lane.taken}: ${lane.why}`;
      now.set(service, choice);
      if (told.get(service) !== choice) logger?.info({ service, lane: lane.taken, why: lane.why }, "lane");
    }
    told = now;
  };
}

/** Tells, once, where keys go out to whoever asks. */
function keyWarning({ host = "127.0.0.1", tls, logger }: ControlOptions): (model: Model) => void {
  let told = false;
  return (model) => {
    const exposed = told ? undefined : exposedKeys(model, host, tls);
    if (exposed === undefined) return;
    told = true;
    logger?.warn({ host }, exposed);
  };
}

async function expectFolder(path: string, what: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new Error(`no such folder of ${what}: ${resolve(path)}`);
  if (!found.isDirectory()) throw new Error(`the ${what} must be a folder, this is none: ${resolve(path)}`);
}

/** Name → the first digits of the module's SHA-256, which are those in its vm_id. */
function digests(modules: Modules["codecs"]): Record<string, string> {
  return Object.fromEntries([...modules.values()].map(({ name, sha256 }) => [name, sha256.slice(0, 12)]));
}
