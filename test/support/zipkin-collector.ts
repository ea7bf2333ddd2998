import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** A span as Zipkin's API v2 has it, as far as tests look at it. */
export interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly kind: string;
  readonly name: string;
  readonly timestamp: number;
  readonly duration: number;
  readonly localEndpoint: { readonly serviceName?: string };
  readonly tags: Readonly<Record<string, string>>;
}

/** A small collector of spans that takes Zipkin's JSON of version 2. */
export class ZipkinCollector {
  readonly spans: ZipkinSpan[] = [];
  readonly requests: { readonly path: string; readonly host: string; readonly type: string }[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<ZipkinCollector> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const collector = new ZipkinCollector(server, (server.address() as AddressInfo).port);
    server.on("request", (request, response) => void collector.take(request, response));
    return collector;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = "", "content-type": type = "" } = request.headers;
    this.requests.push({ path: `${request.method} ${request.url}`, host, type });
    this.spans.push(...((await json(request)) as ZipkinSpan[]));
    response.writeHead(202).end();
  }
}
