import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";

/** What a limiter was asked: a domain, and the entries of each descriptor as `key=value`. */
export interface Asked {
  readonly domain: string;
  readonly descriptors: readonly string[];
}

/** RateLimitResponse.overall_code */
const OK = 1;
const OVER_LIMIT = 2;

/** A small rate limit service of Envoy's proto (envoy.service.ratelimit.v3): it counts, and never fills in again. */
export class RateLimiter {
  readonly asked: Asked[] = [];
  /** How many hits a descriptor has; undefined: any number. */
  limit: (descriptor: string) => number | undefined = () => undefined;
  delayMs = 0;
  failing = false;
  port = 0;
  private readonly hits = new Map<string, number>();
  private readonly server = new Server();

  static async start(): Promise<RateLimiter> {
    const limiter = new RateLimiter();
    const method = {
      path: "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit",
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: readRequest,
      responseSerialize: writeResponse,
      responseDeserialize: (bytes: Buffer) => bytes,
    };
    limiter.server.addService(
      { ShouldRateLimit: method },
      {
        ShouldRateLimit: ({ request }: ServerUnaryCall<Asked, number>, done: sendUnaryData<number>) => {
          // Judged when it comes: an answer that is still to go says nothing of the next case.
          const judgement = limiter.judge(request);
          setTimeout(() => done(...judgement), limiter.delayMs);
        },
      },
    );
    limiter.port = await new Promise<number>((resolve, reject) => {
      limiter.server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    return limiter;
  }

  /** All counts are zero again, and it is quick and well. */
  reset(): void {
    this.asked.length = 0;
    this.hits.clear();
    this.limit = () => undefined;
    this.delayMs = 0;
    this.failing = false;
  }

  close(): void {
    this.server.forceShutdown();
  }

  private judge(request: Asked): Parameters<sendUnaryData<number>> {
    this.asked.push(request);
    if (this.failing) return [{ code: status.UNAVAILABLE, details: "on purpose" }];
    let over = false;
    for (const descriptor of request.descriptors) {
      const hits = (this.hits.get(descriptor) ?? 0) + 1;
      this.hits.set(descriptor, hits);
      over ||= hits > (this.limit(descriptor) ?? Number.POSITIVE_INFINITY);
    }
    return [null, over ? OVER_LIMIT : OK];
  }
}

/** RateLimitRequest { 1 domain, 2 descriptors { 1 entries { 1 key, 2 value } } } */
function readRequest(bytes: Buffer): Asked {
  let domain = "";
  const descriptors: string[] = [];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    if (field === 1) domain = reader.string();
    else descriptors.push(readDescriptor(reader.bytes()));
  }
  return { domain, descriptors };
}

function readDescriptor(bytes: Uint8Array): string {
  const entries: string[] = [];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    reader.tag();
    const entry = new BinaryReader(reader.bytes());
    const parts: string[] = [];
    while (entry.pos < entry.len) {
      entry.tag();
      parts.push(entry.string());
    }
    entries.push(parts.join("="));
  }
  return entries.join(",");
}

function writeResponse(code: number): Buffer {
  return Buffer.from(new BinaryWriter().tag(1, WireType.Varint).uint32(code).finish());
}
