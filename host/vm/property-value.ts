/**
 * A value that get_property can find. What a module gets:
 *  - a string (one byte for each character) or bytes: as they are;
 *  - a bigint, or `{ double }`: 8 bytes, little endian; a time or a duration is a bigint of nanoseconds;
 *  - a boolean: one byte;
 *  - a map or a list: pairs, as header maps are written; of a list only the first of each pair is used;
 *  - a message: protobuf;
 *  - a namespace (`request`, `xds`, …), or null: SerializationFailure. Only what is in it can be had.
 */
export type PropertyValue = string | Uint8Array | bigint | boolean | null | PropertyNumber | PropertyNode;

/** A floating-point number: what google.protobuf.Value holds. */
export interface PropertyNumber {
  readonly double: number;
}

/** A value with values in it. */
export type PropertyNode = PropertyNamespace | PropertyMap | PropertyList | PropertyMessage;

export interface PropertyNamespace {
  readonly kind: "namespace";
  get(key: string): PropertyValue | undefined;
}

export interface PropertyMap {
  readonly kind: "map";
  get(key: string): PropertyValue | undefined;
  entries(): Iterable<readonly [PropertyValue, PropertyValue]>;
}

export interface PropertyList {
  readonly kind: "list";
  get(key: string): PropertyValue | undefined;
  items(): Iterable<PropertyValue>;
}

export interface PropertyMessage {
  readonly kind: "message";
  get(field: string): PropertyValue | undefined;
  bytes(): Uint8Array;
}
