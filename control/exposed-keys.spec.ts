import { expect, test } from "vitest";
import { exposedKeys } from "./exposed-keys.js";
import type { Callout, Model } from "./model/index.js";

const identity = { chain: "chain", key: "key" };
const callout: Callout = { host: "a.test", port: 1, http2: true, endpoints: [] };
const [keyless, keyed]: Model[] = [
  { services: [], callouts: [{ ...callout, tls: { sni: "" } }] },
  { services: [], callouts: [callout, { ...callout, tls: { sni: "", identity } }] },
];
const files = { certificate: "a.pem", key: "a.key" };

test.each([
  [
    keyed,
    "0.0.0.0",
    undefined,
    "private keys of the rules are served in plain text, on an address that is not loopback's",
  ],
  [keyed, "10.0.0.1", files, "private keys of the rules are served to clients that show no certificate, on an address"],
  [keyed, "10.0.0.1", { ...files, clientAuthorities: "ca.pem" }, ""],
  [keyed, "127.0.0.1", undefined, ""],
  [keyed, "::1", undefined, ""],
  [keyless, "0.0.0.0", undefined, ""],
])("case %#: keys of %j on %s, by TLS with %j", (model, host, tls, told) => {
  const exposed = exposedKeys(model as Model, host, tls);
  if (told === "") expect(exposed).toBeUndefined();
  else expect(exposed).toContain(told);
});
