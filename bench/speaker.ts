/** What a load client says, and how it counts the answers; one for each connection. */
export interface Speaker {
  opening(): Buffer;
  /** The next request. */
  request(): Buffer;
  /** Takes what came; the number of answers that are now whole. Throws where an answer is an error. */
  answers(chunk: Buffer): number;
}

/**
 * A module of the bench that says something exports this as `speak`.
 * @param keys values that requests have in turn of the attribute that routes look at, where the protocol's rules look at one
 */
export type Speak = (bytes: number, keys: number) => Speaker;
