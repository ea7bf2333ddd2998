import { expect, test } from "vitest";
import { Authority } from "../../test/support/tls/index.js";
import { formatProblem, pemPaths, readRules } from "../source/index.js";
import { buildModel } from "./index.js";

const authority = Authority.create("authority");
const [one, two] = [authority.issue({ commonName: "one" }), authority.issue({ commonName: "two" })];
const FILES = new Map([
  ["rules/one.pem", one.certificate],
  ["rules/one.key", one.key],
  ["rules/two.key", two.key],
  ["rules/ca.pem", authority.certificate],
  ["rules/empty.pem", ""],
]);

/** A service with this annotation and this `trafficPolicy`; what is wrong with it, and what it comes to. */
function read({ annotation, policy, more = "" }: { annotation?: object | string; policy?: object; more?: string }) {
  const text = typeof annotation === "string" ? annotation : JSON.stringify(annotation);
  const entry = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, annotations: { ${annotation === undefined ? "" : `meltemi.dev/tls: ${JSON.stringify(text)}`} } }
spec: { hosts: [a.test], ports: [{ number: 1, name: tcp-metaprotocol-p }], resolution: STATIC, endpoints: [{ address: 10.0.0.1 }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: a }
spec: { host: a.test, trafficPolicy: ${JSON.stringify(policy ?? {})} ${more} }
`;
  const { rules, problems } = readRules([{ path: "rules/a.yaml", text: entry }]);
  const codecs = new Map([["p", { lane: "request", pins: false, multiplexed: true } as const]]);
  const built =
    rules && buildModel({ ...rules, pemFiles: FILES }, { modules: { codecs, http: new Map([["jwt-auth", {}]]) } });
  return {
    service: built?.model?.services[0],
    callouts: built?.model?.callouts,
    problems: [...problems, ...(built?.problems ?? [])].map(formatProblem),
    named: rules && pemPaths(rules),
  };
}

test("nothing said: in plain text, on both sides", () => {
  const { service, problems } = read({ policy: { tls: { mode: "DISABLE" } } });
  expect([service?.tls, service?.backendTls, problems]).toEqual([undefined, undefined, []]);
});

test("files are found from the folder of the rule that names them", () => {
  const annotation = { mode: "SIMPLE", serverCertificate: "one.pem", privateKey: "one.key" };
  const { service, problems, named } = read({
    annotation,
    policy: { tls: { mode: "SIMPLE", caCertificates: "/etc/ca" } },
  });
  expect(problems).toEqual([]);
  expect(named).toEqual(["/etc/ca", "rules/one.key", "rules/one.pem"]);
  expect(service?.tls).toEqual({ identity: { chain: one.certificate, key: one.key }, alpn: [] });
});

test("a backend's certificate is checked unless a rule says not to: its name is the host's, its authority one of the web's", () => {
  const backend = (tls: object) => read({ policy: { tls } }).service?.backendTls;
  expect(backend({ mode: "SIMPLE" })).toEqual({ sni: "a.test", servers: { authorities: "web", names: ["a.test"] } });
  expect(backend({ mode: "SIMPLE", sni: "b.test", caCertificates: "ca.pem" })).toEqual({
    sni: "b.test",
    servers: { authorities: authority.certificate, names: ["b.test"] },
  });
  expect(backend({ mode: "SIMPLE", insecureSkipVerify: true })).toEqual({ sni: "a.test" });
});

test("a port's own settings stand in the place of the others", () => {
  const portLevelSettings = [{ port: { number: 1 }, tls: { mode: "DISABLE" } }];
  expect(read({ policy: { tls: { mode: "SIMPLE" }, portLevelSettings } }).service?.backendTls).toBeUndefined();
});

test.each<[string, Parameters<typeof read>[0], string]>([
  ["no JSON", { annotation: "yes" }, '[\\"meltemi.dev/tls\\"]: expected an object in JSON'],
  ["a mode that is none", { annotation: { mode: "PLAIN" } }, "mode: expected one of SIMPLE, MUTUAL, OPTIONAL_MUTUAL"],
  ["an unknown field", { annotation: { mode: "SIMPLE", credentialName: "c", ca: "x" } }, "unknown ca"],
  [
    "no certificate",
    { annotation: { mode: "SIMPLE" } },
    "expected serverCertificate and privateKey, or credentialName",
  ],
  [
    "no authority for clients",
    { annotation: { mode: "MUTUAL", serverCertificate: "one.pem", privateKey: "one.key" } },
    "expected caCertificates",
  ],
  [
    "a key of another certificate",
    {
      policy: {
        tls: { mode: "MUTUAL", clientCertificate: "one.pem", privateKey: "two.key", caCertificates: "ca.pem" },
      },
    },
    "spec.trafficPolicy.tls.privateKey: is not the certificate's key",
  ],
  [
    "no PEM",
    { policy: { tls: { mode: "SIMPLE", caCertificates: "empty.pem" } } },
    "spec.trafficPolicy.tls.caCertificates: expected certificates in PEM",
  ],
  [
    "MUTUAL without a certificate",
    { policy: { tls: { mode: "MUTUAL" } } },
    "spec.trafficPolicy.tls: expected clientCertificate and privateKey, or credentialName",
  ],
  [
    "a Secret that is not there",
    { policy: { tls: { mode: "SIMPLE", credentialName: "none" } } },
    "spec.trafficPolicy.tls.credentialName: there is no Secret default/none",
  ],
  [
    "a subset's own TLS",
    { more: ", subsets: [{ name: s, trafficPolicy: { tls: { mode: SIMPLE } } }]" },
    "spec.subsets[0].trafficPolicy: expected in spec.trafficPolicy",
  ],
])("%s is told, with file, line and field", (_, input, message) => {
  const { service, problems } = read(input);
  expect(service).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^rules\/a\.yaml:\d+:\d+: error: /);
  expect(problems[0]).toContain(message.replaceAll('\\"', '"'));
});

test("a subset may say what the whole service says", () => {
  const tls = { mode: "SIMPLE", insecureSkipVerify: true };
  const more = `, subsets: [{ name: s, trafficPolicy: { tls: ${JSON.stringify(tls)} } }]`;
  const { service, problems } = read({ policy: { tls }, more });
  expect([service?.backendTls, problems]).toEqual([{ sni: "a.test" }, []]);
});

test("a mesh's own TLS is not there: the warning says what happens instead", () => {
  const { service, problems } = read({ policy: { tls: { mode: "ISTIO_MUTUAL" } } });
  expect(service?.backendTls).toBeUndefined();
  expect(problems).toEqual([
    expect.stringMatching(
      /^rules\/a\.yaml:\d+:\d+: warning: spec\.trafficPolicy\.tls\.mode: not enforced yet: .*plain text$/,
    ),
  ]);
});

test("what filters ask is spoken to as its DestinationRule says, and what an https URI names never in plain text", () => {
  const issuers = `
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: keys }
spec: { hosts: [keys.test], ports: [{ number: 443, name: https }, { number: 80, name: http }], resolution: DNS }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: keys }
spec: { host: keys.test, trafficPolicy: { portLevelSettings: [
  { port: { number: 443 }, tls: { mode: SIMPLE, caCertificates: ca.pem } }, { port: { number: 80 }, tls: { mode: DISABLE } }] } }
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: users }
spec: { jwtRules: [
  { issuer: a, jwksUri: "https://keys.test/" }, { issuer: b, jwksUri: "http://keys.test/" },
  { issuer: c, jwksUri: "https://elsewhere.test/" }, { issuer: d, jwksUri: "https://keys.test:80/" }] }`;
  const { callouts, problems } = read({ more: `}${issuers}\n#` });
  expect(problems.filter((problem) => !problem.includes("is not served"))).toEqual([]);
  const web = (host: string) => ({ sni: host, servers: { authorities: "web", names: [host] } });
  expect(callouts?.map(({ host, port, tls }) => [`${host}:${port}`, tls])).toEqual([
    ["keys.test:443", { sni: "keys.test", servers: { authorities: authority.certificate, names: ["keys.test"] } }],
    ["keys.test:80", undefined],
    ["elsewhere.test:443", web("elsewhere.test")],
    ["keys.test:80", web("keys.test")],
  ]);
});
