import { type Headers, header, type Reply, type Request } from "../awesomerpc/index.js";
import type { Caller } from "./caller.js";

/** How one application reaches another, by the first label of its host: always through the proxy. */
export type Reach = (name: string) => Caller;

/** What an application does with a request; `version` is the one of this backend. */
export type Application = (request: Request, version: string, reach: Reach) => Promise<Reply>;

/** Says who the user is in every call that a page takes. */
const USER = "user";

function passedOn(request: Request): Headers {
  const user = header(request.headers, USER);
  return user === undefined ? [] : [[USER, user]];
}

const productpage: Application = async (request, _version, reach) => {
  const [details, reviews] = await Promise.all([
    reach("details").call("get", passedOn(request)),
    reach("reviews").call("list", passedOn(request)),
  ]);
  const text = (payload: Buffer | undefined) => payload?.toString() ?? "currently unavailable";
  return { payload: `details: ${text(details?.payload)}\nreviews: ${text(reviews?.payload)}\n` };
};

const details: Application = async () => ({ payload: "The Comedy of Errors, 1594, 200 pages" });

/** As in Istio's bookinfo: v1 has no stars, v2 black ones, v3 red ones. */
const reviews: Application = async (request, version, reach) => {
  if (version === "v1") return { payload: "An extremely entertaining play" };
  const ratings = await reach("ratings").call("get", passedOn(request));
  const colour = version === "v3" ? "red" : "black";
  return { payload: `An extremely entertaining play, ${ratings?.payload.toString() ?? "no"} ${colour} stars` };
};

const ratings: Application = async (_request, version) => ({ payload: version === "v2" ? "4.5" : "5" });

/** By the first label of the host; one that the rules add answers with its name. */
export function applicationOf(name: string): Application {
  const known: Readonly<Record<string, Application>> = { productpage, details, reviews, ratings };
  return known[name] ?? (async () => ({ payload: name }));
}
