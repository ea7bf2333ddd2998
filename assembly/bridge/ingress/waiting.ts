/** For what a client's bytes wait, unread in its connection's buffer. */
export enum Waiting {
  /** They do not: they are taken as they come. */
  Nothing,
  /** For the answers to all earlier requests. */
  Answers,
  /** For fewer requests without an answer, and fewer bytes of answers: see `Allowance`. */
  Room,
  /** For the server that the connection is bound to. */
  Server,
  /** For a flow: for its window to take the rest of a request, or for one to fall idle. */
  Flow,
  /** For ever: the client has said its last word. */
  End,
}
