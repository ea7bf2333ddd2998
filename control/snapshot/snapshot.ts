import { createHash } from "node:crypto";
import { create, type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { type ResourceSet, type ServedResource, type ServedType, TypeUrl, typeUrlOf } from "../../xds/index.js";
import type { Standpoint } from "../model/index.js";

/** 80 bits: enough that two contents never meet, short enough to read in a log. */
const VERSION_DIGITS = 20;

/** How what proxies are told differs by where they stand. */
export interface Views {
  /** A proxy that does not say where it stands is not served as the rules mean. */
  readonly asked: boolean;
  /** The resources of one type, `typeUrl`, as a proxy is told them. */
  readonly typeUrl: string;
  readonly resources: (proxy: Standpoint) => Iterable<SnapshotResource>;
  /** Proxies for which it is the same see the same. */
  readonly keyOf: (proxy: Standpoint) => string;
}

/** What a proxy is told at one moment. Nothing in it changes. */
export class Snapshot {
  /** A snapshot without a resource; every type is there and empty. */
  static readonly empty = new Snapshot([]);

  /** By type URL; the types that Meltemi serves are always there. */
  readonly types: ResourceSet;
  private readonly seen = new Map<string, Snapshot>();

  constructor(
    resources: Iterable<SnapshotResource>,
    private readonly views?: Views,
  ) {
    const byType = new Map<string, Map<string, ServedResource>>();
    for (const url of Object.values(TypeUrl)) byType.set(url, new Map());
    for (const { typeUrl, resource } of resources) {
      const ofType = byType.get(typeUrl) ?? new Map<string, ServedResource>();
      if (ofType.has(resource.name)) throw new Error(`two resources of ${typeUrl} are named ${resource.name}`);
      byType.set(typeUrl, ofType.set(resource.name, resource));
    }
    this.types = new Map([...byType].map(([url, ofType]) => [url, { version: versionOf(ofType), resources: ofType }]));
  }

  /** Whether rules ask where a proxy stands. */
  get asks(): boolean {
    return this.views?.asked ?? false;
  }

  /** What a proxy is told that stands there; the same object for all that are told the same. */
  seenFrom(proxy: Standpoint): Snapshot {
    const { views } = this;
    if (views === undefined) return this;
    const key = views.keyOf(proxy);
    const known = this.seen.get(key);
    if (known !== undefined) return known;
    const same = [...this.types].filter(([typeUrl]) => typeUrl !== views.typeUrl);
    const shared = same.flatMap(([typeUrl, type]) =>
      [...type.resources.values()].map((resource) => ({ typeUrl, resource })),
    );
    const made = new Snapshot([...shared, ...views.resources(proxy)]);
    this.seen.set(key, made);
    return made;
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
