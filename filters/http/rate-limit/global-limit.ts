import { Bytes, Fields, getHeader, grpcService, HeaderMapType, Slice, Writer } from "meltemi/assembly";
import { attributeHeader } from "meltemi/assembly/attributes";
import { allHold, AttributeMatch } from "meltemi/assembly/requests";

// envoy/service/ratelimit/v3/rls.proto and envoy/extensions/common/ratelimit/v3/ratelimit.proto:
//   RateLimitRequest    { 1 domain string, 2 descriptors RateLimitDescriptor…, 3 hits_addend uint32 (0: one) }
//   RateLimitDescriptor { 1 entries Entry… }        Entry { 1 key string, 2 value string }
const DOMAIN: u32 = 1;
const DESCRIPTORS: u32 = 2;
const ENTRIES: u32 = 1;
const KEY: u32 = 1;
const VALUE: u32 = 2;

/** As of Envoy's own filter. */
const TIMEOUT_MS: f64 = 20;
const MOST_MILLISECONDS: f64 = 3600000;

const message = new Writer();

/** An attribute whose value a rate limit service is told, under a key. */
class Descriptor {
  constructor(
    readonly key: Bytes,
    readonly header: Bytes,
  ) {}
}

/** What a rate limit service is asked, and of which requests. */
export class GlobalLimit {
  private constructor(
    private match: Array<AttributeMatch>,
    /** A serialised GrpcService. */
    readonly service: Bytes,
    private domain: Bytes,
    readonly timeoutMs: u32,
    /** A request is refused where the service does not answer. */
    readonly denies: bool,
    private descriptors: Array<Descriptor>,
  ) {}

  /** What is wrong goes to the fields' problems. */
  static read(fields: Fields, attributes: bool): GlobalLimit {
    const match: Array<AttributeMatch> = [];
    const matches = fields.objects("match");
    for (let i = 0; i < matches.length; i++) match.push(AttributeMatch.read(matches[i], attributes));
    const cluster = fields.requiredString("cluster");
    // The cluster's name would be none: not every server takes any characters there.
    const authority = fields.string("authority", "ratelimit");
    const domain = fields.requiredString("domain");
    const timeout = fields.integer("timeout", TIMEOUT_MS, 1, MOST_MILLISECONDS);
    const denies = fields.boolean("denyOnFail", false);
    const descriptors: Array<Descriptor> = [];
    const list = fields.objects("descriptors");
    for (let i = 0; i < list.length; i++) {
      const key = list[i].requiredString("key");
      const name = list[i].requiredString("attribute");
      list[i].done();
      const spelling = Bytes.of(attributes ? name : name.toLowerCase());
      const header = attributes ? Bytes.copyOf(attributeHeader(spelling.view())) : spelling;
      descriptors.push(new Descriptor(Bytes.of(key), header));
    }
    if (list.length == 0) fields.problems.add(fields.path + ".descriptors", "at least one descriptor", null);
    fields.done();
    return new GlobalLimit(match, grpcService(cluster, authority), Bytes.of(domain), <u32>timeout, denies, descriptors);
  }

  /**
   * What to ask of the current request: one descriptor for each attribute that it has. Null: nothing. Good until the next
   * request.
   */
  request(): Slice | null {
    if (!allHold(this.match, HeaderMapType.HttpRequestHeaders)) return null;
    message.reset();
    bytesField(message, DOMAIN, this.domain.view());
    const before = message.length;
    for (let i = 0; i < this.descriptors.length; i++) {
      const found = getHeader(HeaderMapType.HttpRequestHeaders, this.descriptors[i].header.view());
      if (found == null || found.length == 0) continue;
      const key = this.descriptors[i].key.view();
      const entry = bytesSize(key) + bytesSize(found);
      head(message, DESCRIPTORS, sized(entry));
      head(message, ENTRIES, entry);
      bytesField(message, KEY, key);
      bytesField(message, VALUE, found);
    }
    return message.length > before ? message.view() : null;
  }
}

// All fields here have numbers below 16 and are length-delimited: a tag of one byte, a length, the content.
function head(out: Writer, field: u32, length: i32): void {
  out.u8((field << 3) | 2);
  let rest = <u32>length;
  while (rest >= 0x80) {
    out.u8((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  out.u8(rest);
}

function bytesField(out: Writer, field: u32, bytes: Slice): void {
  head(out, field, bytes.length);
  out.bytes(bytes);
}

function bytesSize(bytes: Slice): i32 {
  return sized(bytes.length);
}

/** Content of so many bytes with its head. */
function sized(length: i32): i32 {
  let size = 2 + length;
  for (let rest = (<u32>length) >> 7; rest > 0; rest >>= 7) size++;
  return size;
}
