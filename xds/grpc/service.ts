import { type DescMessage, type DescService, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";

/** The definition that grpc-js wants of a service, from its generated descriptor. */
export function grpcService(service: DescService): ServiceDefinition {
  const methods: Record<string, MethodDefinition<unknown, unknown>> = {};
  for (const method of service.methods) {
    methods[method.localName] = grpcMethod(service, method.localName);
  }
  return methods;
}

/** One method of {@link grpcService}, for a client's `makeBidiStreamRequest`. */
export function grpcMethod(service: DescService, localName: string): MethodDefinition<unknown, unknown> {
  const method = service.method[localName];
  if (method === undefined) throw new Error(`${service.typeName} has no method ${localName}`);
  const request = codecOf(method.input);
  const response = codecOf(method.output);
  return {
    path: `/${service.typeName}/${method.name}`,
    originalName: method.localName,
    requestStream: method.methodKind === "bidi_streaming" || method.methodKind === "client_streaming",
    responseStream: method.methodKind === "bidi_streaming" || method.methodKind === "server_streaming",
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  };
}

interface MessageCodec {
  serialize(message: unknown): Buffer;
  deserialize(bytes: Buffer): unknown;
}

function codecOf<Desc extends DescMessage>(schema: Desc): MessageCodec {
  return {
    serialize: (message) => {
      const bytes = toBinary(schema, message as MessageShape<Desc>);
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    // A copy: bytes fields would otherwise be views that keep grpc-js's whole receive buffer alive.
    deserialize: (bytes) => fromBinary(schema, new Uint8Array(bytes)),
  };
}
