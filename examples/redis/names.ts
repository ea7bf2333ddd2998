/** What clients say to the proxy; the rules have it too. */
export const PASSWORD = "olive";

/** Of the keys that the demo uses. Under each of them `who` is the server's name. */
export const PREFIXES = ["cart:", "catalogue:", "session:"];
