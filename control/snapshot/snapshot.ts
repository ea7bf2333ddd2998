import { createHash } from "node:crypto";
import { create, type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { type ResourceSet, type ServedResource, type ServedType, TypeUrl, typeUrlOf } from "../../xds/index.js";

/** 80 bits: enough that two contents never meet, short enough to read in a log. */
const VERSION_DIGITS = 20;

/** What a proxy is told at one moment. Nothing in it changes. */
export class Snapshot {
  /** A snapshot without a resource; every type is there and empty. */
  static readonly empty = new Snapshot([]);

  /** By type URL; the types that Meltemi serves are always there. */
  readonly types: ResourceSet;

  constructor(resources: Iterable<SnapshotResource>) {
    const byType = new Map<string, Map<string, ServedResource>>();
    for (const url of Object.values(TypeUrl)) byType.set(url, new Map());
    for (const { typeUrl, resource } of resources) {
      const ofType = byType.get(typeUrl) ?? new Map<string, ServedResource>();
      if (ofType.has(resource.name)) throw new Error(`two resources of ${typeUrl} are named ${resource.name}`);
      byType.set(typeUrl, ofType.set(resource.name, resource));
    }
    this.types = new Map([...byType].map(([url, ofType]) => [url, { version: versionOf(ofType), resources: ofType }]));
  }

  /** All resources of a type. */
  ofType(typeUrl: string): ServedType {
    return this.types.get(typeUrl) ?? EMPTY_TYPE;
  }
}

/** A resource on its way into a {@link Snapshot}. */
export interface SnapshotResource {
  readonly typeUrl: string;
  readonly resource: ServedResource;
}

/** Packs a message under a name. */
export function resourceOf<Desc extends DescMessage>(
  schema: Desc,
  name: string,
  message: MessageShape<Desc>,
): SnapshotResource {
  const typeUrl = typeUrlOf(schema);
  const value = toBinary(schema, message);
  const version = createHash("sha256").update(value).digest("hex").slice(0, VERSION_DIGITS);
  return { typeUrl, resource: { name, version, body: create(AnySchema, { typeUrl, value }) } };
}

/** Independent of the order in which resources were made. */
function versionOf(resources: ReadonlyMap<string, ServedResource>): string {
  const hash = createHash("sha256");
  for (const name of [...resources.keys()].sort()) hash.update(`${name}\0${resources.get(name)?.version}\0`);
  return hash.digest("hex").slice(0, VERSION_DIGITS);
}

const EMPTY_TYPE: ServedType = { version: versionOf(new Map()), resources: new Map() };
