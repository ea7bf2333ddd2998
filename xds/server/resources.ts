import type { Any } from "@bufbuild/protobuf/wkt";

/** One resource as it is served: its bytes and a version that changes exactly when they do. */
export interface ServedResource {
  readonly name: string;
  /** Equal versions mean equal bytes, also across restarts of the server. */
  readonly version: string;
  readonly body: Any;
}

/** All resources of one type. */
export interface ServedType {
  /** Equal versions mean the same set of resources. */
  readonly version: string;
  readonly resources: ReadonlyMap<string, ServedResource>;
}

/** What a server serves at one moment, by type URL; never changed once published. */
export type ResourceSet = ReadonlyMap<string, ServedType>;
