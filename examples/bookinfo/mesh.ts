import type { Endpoint, Model, Service } from "../../control/index.js";
import { header, Server } from "../awesomerpc/index.js";
import { addressOf, backendName, nameOf } from "../demo/index.js";
import { applicationOf } from "./applications.js";
import { Caller } from "./caller.js";
import { CALL, type Journal, SERVED_BY } from "./journal.js";

/** The backends that the rules name and the applications' ways to each other; both follow the rules. */
export class Mesh {
  private readonly servers = new Map<string, Server>();
  private readonly callers = new Map<string, Caller>();
  private model: Model = { services: [] };

  constructor(private readonly journal: Journal) {}

  /** Starts a backend for each endpoint that has none yet. What the rules no longer name is left: it may come back. */
  async follow(model: Model): Promise<void> {
    this.model = model;
    for (const service of model.services) {
      for (const endpoint of service.endpoints) {
        const at = addressOf(endpoint);
        if (!this.servers.has(at)) this.servers.set(at, await this.start(service, endpoint));
      }
    }
  }

  /** One application's way to a service, by the first label of its host. */
  caller(from: string, name: string): Caller {
    const service = this.model.services.find(({ host }) => nameOf(host) === name);
    if (service === undefined) throw new Error(`the rules have no service ${name}`);
    const { address, port } = service.bind;
    const key = `${from} ${address}:${port}`;
    const known = this.callers.get(key);
    if (known !== undefined) return known;
    const target = { host: service.host, service: `bookinfo.${name}`, address, port };
    const caller = new Caller(target, this.journal);
    this.callers.set(key, caller);
    return caller;
  }

  /** Connections of the applications to the proxy that took the place of another one. */
  get reconnections(): number {
    return [...this.callers.values()].reduce((sum, { connections }) => sum + Math.max(0, connections - 1), 0);
  }

  async close(): Promise<void> {
    await Promise.all([...this.callers.values()].map((caller) => caller.close()));
    await Promise.all([...this.servers.values()].map((server) => server.close()));
  }

  private async start(service: Service, endpoint: Endpoint): Promise<Server> {
    const name = nameOf(service.host);
    const version = endpoint.labels["version"] ?? "";
    const backend = backendName(service.host, endpoint);
    const application = applicationOf(name);
    try {
      return await Server.listen({
        host: endpoint.address,
        port: endpoint.port,
        handler: async (request) => {
          const id = header(request.headers, CALL);
          if (id !== undefined) this.journal.arrived(id, { backend, attributes: request.headers });
          const reply = await application(request, version, (other) => this.caller(backend, other));
          return { ...reply, headers: [...(reply.headers ?? []), [SERVED_BY, backend]] };
        },
      });
    } catch (error) {
      const { file, line } = service.origin;
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${backend} (${file}:${line}) cannot listen; give it another port there: ${reason}`, {
        cause: error,
      });
    }
  }
}
