import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { Client, type ClientDuplexStream, credentials, Metadata } from "@grpc/grpc-js";
import { ClusterSchema } from "./gen/envoy/config/cluster/v3/cluster_pb.js";
import { AggregatedDiscoveryService } from "./gen/envoy/service/discovery/v3/ads_pb.js";
import {
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DiscoveryRequestSchema,
  type DiscoveryResponse,
} from "./gen/envoy/service/discovery/v3/discovery_pb.js";
import { grpcMethod } from "./grpc/index.js";
import type { ResourceSet, ServedResource } from "./index.js";

/** A client without manners: it says what a test tells it to, and keeps what comes. */
export class RawStream<Request extends DescMessage, Response> {
  private readonly arrived: Response[] = [];
  private readonly waiting: ((response: Response) => void)[] = [];

  private constructor(
    private readonly request: Request,
    private readonly client: Client,
    private readonly stream: ClientDuplexStream<MessageShape<Request>, Response>,
  ) {
    stream.on("error", () => undefined);
    stream.on("data", (response: Response) => {
      const next = this.waiting.shift();
      if (next === undefined) this.arrived.push(response);
      else next(response);
    });
  }

  static sotw(port: number): RawStream<typeof DiscoveryRequestSchema, DiscoveryResponse> {
    return RawStream.open(port, "streamAggregatedResources", DiscoveryRequestSchema);
  }

  static delta(port: number): RawStream<typeof DeltaDiscoveryRequestSchema, DeltaDiscoveryResponse> {
    return RawStream.open(port, "deltaAggregatedResources", DeltaDiscoveryRequestSchema);
  }

  private static open<Request extends DescMessage, Response>(
    port: number,
    name: string,
    request: Request,
  ): RawStream<Request, Response> {
    const method = grpcMethod(AggregatedDiscoveryService, name);
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const stream = client.makeBidiStreamRequest<MessageShape<Request>, Response>(
      method.path,
      (message) => method.requestSerialize(message),
      (bytes) => method.responseDeserialize(bytes) as Response,
      new Metadata(),
      {},
    );
    return new RawStream(request, client, stream);
  }

  send(request: MessageInitShape<Request>): void {
    this.stream.write(create(this.request, request));
  }

  /** The next response in order of arrival. */
  next(): Promise<Response> {
    const response = this.arrived.shift();
    return response === undefined ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve(response);
  }

  close(): void {
    this.stream.cancel();
    this.client.close();
  }
}

/**
 * A set whose versions are its contents: type URL → name → content. Every body is a cluster, whatever the type: servers
 * look into no other kind of resource.
 */
export function setOf(types: Record<string, Record<string, string>>): ResourceSet {
  return new Map(
    Object.entries(types).map(([typeUrl, contents]) => {
      const resources = Object.entries(contents).map(([name, text]): ServedResource => {
        const value = toBinary(ClusterSchema, create(ClusterSchema, { name, altStatName: text }));
        return { name, version: text, body: create(AnySchema, { typeUrl, value }) };
      });
      const byName = new Map(resources.map((resource) => [resource.name, resource]));
      return [typeUrl, { version: JSON.stringify(Object.entries(contents).sort()), resources: byName }];
    }),
  );
}

/** `name=content` of each body that {@link setOf} made. */
export function contentsOf(bodies: readonly (Any | undefined)[]): string[] {
  return bodies.map((body) => {
    const { name, altStatName } = fromBinary(ClusterSchema, body?.value ?? new Uint8Array());
    return `${name}=${altStatName}`;
  });
}
