/** Thrown by a command that has printed its result, which is a bad one: ends with 1, and nothing more is said. */
export class Unsuccessful extends Error {}
