import { buildModel, type Model, type Service } from "./model/index.js";
import { beside, ownModules } from "./own-modules.js";
import { type Problem, readFolder, readModules } from "./source/index.js";
import { flowPlan, rulesOf } from "./translation/index.js";

/** How a service's requests go, as rules have it. */
export interface ServiceStatus {
  /** Its host and port. */
  readonly service: string;
  /** Where clients reach it. */
  readonly listens: string;
  readonly codec: string;
  readonly lane: "request" | "flow" | "session";
  readonly why: string;
  /** Which connections to backends it takes. */
  readonly costs: string;
}

/** Of which rules the status is read, and with which modules. */
export interface StatusOptions {
  readonly rules: string;
  /** Folder of modules. Default: those that come with Meltemi. */
  readonly modules?: string;
  readonly bind?: string;
}

/** Reads a folder of rules, and says how the services in it are served. None where the rules have errors. */
export async function readStatus({
  rules: folder,
  modules,
  bind,
}: StatusOptions): Promise<{ services: readonly ServiceStatus[]; problems: readonly Problem[] }> {
  const { loaded } = await readFolder(folder);
  if (loaded.rules === undefined) return { services: [], problems: loaded.problems };
  const own = await readModules(ownModules());
  const options = {
    modules: modules === undefined ? own : beside(own, await readModules(modules)),
    ...(bind === undefined ? {} : { bind }),
  };
  const { model, problems } = buildModel(loaded.rules, options);
  const services = model?.services.map((service) => statusOf(service, model)) ?? [];
  return { services, problems: [...loaded.problems, ...problems] };
}

function statusOf(service: Service, model: Model): ServiceStatus {
  const { host, port, bind, codec, lane } = service;
  return {
    service: `${host}:${port}`,
    listens: `${bind.address}:${bind.port}`,
    codec: codec.name,
    lane: lane.taken,
    why: lane.why,
    costs: costsOf(service, model),
  };
}

function costsOf(service: Service, model: Model): string {
  const { lane, codec, tuning } = service;
  if (lane.taken === "session") return "a backend connection for each session";
  if (lane.taken === "request") {
    const shared = codec.mode === "multiplexed";
    return shared ? "clients share backend connections" : "a backend connection for each request under way";
  }
  const { attributes, apart, draw, streams } = flowPlan(rulesOf(service), model);
  const each = Math.max(1, draw.length) * streams;
  const most = tuning.flow?.["connectionStreams"] ?? MOST_STREAMS;
  const told = attributes.filter((name) => name in apart);
  const whole = attributes.filter((name) => !(name in apart));
  const classes = told.length === 0 ? "" : `, what rules tell apart by ${told.join(", ")}`;
  const keys = `${classes}${whole.length === 0 ? "" : ` and value of ${whole.join(", ")}`}`;
  return `${each === 1 ? "a backend connection" : `${each} backend connections`} (25 KB each in Envoy) for each client${keys}, at most ${most} a client`;
}

/** The codec's own default, as assembly/bridge/settings has it. */
const MOST_STREAMS = 128;
