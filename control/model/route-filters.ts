import type { RouteSpec } from "../source/index.js";

/** Fields of a route that an HTTP filter acts upon, each with the module that has to be there. */
export const FILTER_OF_FIELD = {
  accessControl: "access-control",
  fault: "fault-injection",
  jwt: "jwt-auth",
  requestMutation: "header-mutation",
  responseMutation: "header-mutation",
} as const satisfies Partial<Record<keyof RouteSpec, string>>;

export type FilterField = keyof typeof FILTER_OF_FIELD;

/** Of these, what holds for a session's opening too. */
export const SERVES_SESSIONS: ReadonlySet<string> = new Set<FilterField>(["accessControl", "jwt"]);
