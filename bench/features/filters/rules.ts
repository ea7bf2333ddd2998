import type { BenchRules } from "../../rules.js";
import { ISSUER, JWKS } from "./token.js";

type Asked = Partial<BenchRules>;

const security = (kind: string, spec: object) => ({
  apiVersion: "security.istio.io/v1",
  kind,
  metadata: { name: "bench" },
  spec,
});
const refill = { maxTokens: 1_000_000, tokensPerFill: 1_000_000, fillInterval: "100ms" };

/** What rules ask for, by the filter that does it; none of it stops a request. */
export const FILTERS: Readonly<Record<string, Asked>> = {
  "jwt-auth (HS256)": {
    route: { jwt: { required: true } },
    documents: [security("RequestAuthentication", { jwtRules: [{ issuer: ISSUER, jwks: JWKS }] })],
  },
  "access-control": {
    documents: [
      security("AuthorizationPolicy", {
        action: "ALLOW",
        rules: [{ to: [{ operation: { operations: ["sayHello"] } }] }],
      }),
    ],
  },
  // One request in a million waits for a millisecond, so as to have the filter draw.
  "fault-injection": { route: { fault: { delay: { percentage: { value: 0.0001 }, fixedDelay: "1ms" } } } },
  "header-mutation": { route: { requestMutation: [{ key: "team", value: "bench" }] } },
  "rate-limit (local)": { router: { localRateLimit: { tokenBucket: refill } } },
};
