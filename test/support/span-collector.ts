import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";

/** A span as OTLP has it (opentelemetry.proto.trace.v1.Span); ids in hex, empty where there is none. */
export interface Span {
  traceId: string;
  id: string;
  parentId: string;
  name: string;
  kind: number;
  tags: Map<string, string>;
}

/** A small collector of spans that speaks OTLP/gRPC. */
export class SpanCollector {
  readonly spans: Span[] = [];
  port = 0;
  private readonly server = new Server();

  static async start(): Promise<SpanCollector> {
    const collector = new SpanCollector();
    const Export = {
      path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: spansOf,
      responseSerialize: () => Buffer.alloc(0),
      responseDeserialize: (bytes: Buffer) => bytes,
    };
    collector.server.addService(
      { Export },
      {
        Export: ({ request }: ServerUnaryCall<Span[], null>, done: sendUnaryData<null>) => {
          collector.spans.push(...request);
          done(null, null);
        },
      },
    );
    collector.port = await new Promise<number>((resolve, reject) => {
      collector.server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    return collector;
  }

  close(): void {
    this.server.forceShutdown();
  }
}

type Take = (reader: BinaryReader) => void;

/** Reads a message's fields, those of no interest skipped. */
function fields(bytes: Uint8Array, takes: Readonly<Record<number, Take>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const take = takes[number];
    if (take === undefined) reader.skip(type);
    else take(reader);
  }
}

/** ExportTraceServiceRequest: resource_spans (1) → scope_spans (2) → spans (2). */
function spansOf(bytes: Buffer): Span[] {
  const spans: Span[] = [];
  fields(bytes, {
    1: (resource) =>
      fields(resource.bytes(), {
        2: (scope) => fields(scope.bytes(), { 2: (span) => spans.push(spanOf(span.bytes())) }),
      }),
  });
  return spans;
}

function spanOf(bytes: Uint8Array): Span {
  const span: Span = { traceId: "", id: "", parentId: "", name: "", kind: 0, tags: new Map() };
  const hex = (reader: BinaryReader): string => Buffer.from(reader.bytes()).toString("hex");
  fields(bytes, {
    1: (reader) => (span.traceId = hex(reader)),
    2: (reader) => (span.id = hex(reader)),
    4: (reader) => (span.parentId = hex(reader)),
    5: (reader) => (span.name = reader.string()),
    6: (reader) => (span.kind = reader.int32()),
    9: (reader) => span.tags.set(...tagOf(reader.bytes())),
  });
  return span;
}

/** KeyValue: key (1), value (2) of which only strings (1) are read. */
function tagOf(bytes: Uint8Array): [string, string] {
  let key = "";
  let value = "";
  fields(bytes, {
    1: (reader) => (key = reader.string()),
    2: (reader) => fields(reader.bytes(), { 1: (text) => (value = text.string()) }),
  });
  return [key, value];
}
