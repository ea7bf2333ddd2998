import { Client, type Headers, header, type Response, Status } from "../awesomerpc/index.js";
import { CALL, type Journal, SERVED_BY } from "./journal.js";

/** Where a service is reached. */
export interface Target {
  /** The service's host in the rules. */
  readonly host: string;
  /** The service's name in the protocol. */
  readonly service: string;
  readonly address: string;
  readonly port: number;
}

/** One application's way to one service: a single connection, whatever happens to the rules, and every call noted. */
export class Caller {
  private readonly client: Client;

  constructor(
    private readonly target: Target,
    private readonly journal: Journal,
  ) {
    this.client = new Client({ host: target.address, port: target.port, timeoutMs: 5000 });
  }

  /** How many connections it took so far; one where none was cut. */
  get connections(): number {
    return this.client.opened;
  }

  /** The answer; nothing where none came. */
  async call(method: string, headers: Headers): Promise<Response | undefined> {
    const { host, service } = this.target;
    const id = this.journal.newId();
    const sent: Headers = [...headers, [CALL, id]];
    const start = performance.now();
    const response = await this.client.call(service, method, { headers: sent }).catch(() => undefined);
    const servedBy = header(response?.headers ?? [], SERVED_BY);
    this.journal.answered({
      ...{ id, host, attributes: [["service", service], ["method", method], ...sent] },
      milliseconds: performance.now() - start,
      ok: response?.status === Status.ok,
      responseAttributes: response?.headers ?? [],
      ...(servedBy === undefined ? {} : { servedBy }),
    });
    return response;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
