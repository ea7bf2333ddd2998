/** One packet of a recorded file. */
export interface Packet {
  /** Nanoseconds since 1970; undefined where the file does not say. */
  readonly time: bigint | undefined;
  /** LINKTYPE_…: what the bytes begin with. */
  readonly link: number;
  /** As much of it as was recorded. */
  readonly bytes: Buffer;
}

/** A file that is not as its format says. */
export class MalformedCapture extends Error {}
