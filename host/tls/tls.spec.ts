import { X509Certificate } from "node:crypto";
import { create, fromJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Authority, type Owner } from "../../test/support/tls/index.js";
import { SubjectAltNameMatcherSchema } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import { SecretSchema } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import { CommonTlsContextSchema } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import { tlsProperty } from "./identity.js";
import { TlsMaterial } from "./material.js";
import type { SecretSource } from "./secrets.js";
import { altNames, compileNames } from "./subject-alt-names.js";

const authority = Authority.create("authority");
const certificateOf = (owner: Owner) => new X509Certificate(authority.issue(owner).certificate);

test("names are read as they are, whatever is in them", () => {
  const uri = ["spiffe://a/b", 'spiffe://a/x, DNS:evil.test"\\'];
  expect(altNames(certificateOf({ commonName: "x", dns: ["a.test", "*.b.test"], uri }))).toEqual([
    { kind: "DNS", value: "a.test" },
    { kind: "DNS", value: "*.b.test" },
    { kind: "URI", value: "spiffe://a/b" },
    { kind: "URI", value: 'spiffe://a/x, DNS:evil.test"\\' },
  ]);
  expect(altNames(certificateOf({ commonName: "x" }))).toEqual([]);
});

test.each([
  ["exact", "a.test", true],
  ["exact", "A.Test", true],
  ["exact", "one.b.test", true],
  ["exact", "two.one.b.test", false],
  ["exact", "b.test", false],
  ["exact", "*.b.test", true],
  ["prefix", "a.", true],
  ["suffix", ".test", true],
  ["contains", "c.", false],
] as const)("a DNS name by %s %s: %s", (kind, value, holds) => {
  const matcher = fromJson(SubjectAltNameMatcherSchema, { sanType: "DNS", matcher: { [kind]: value } });
  const [matches] = compileNames([matcher], "names");
  const names = altNames(certificateOf({ commonName: "x", dns: ["a.test", "*.b.test"], uri: [value] }));
  expect(names.some((name) => matches?.(name))).toBe(holds);
});

test("properties are those that Envoy has", () => {
  const [peer, local] = ["peer", "local"].map((name) =>
    certificateOf({ commonName: name, dns: [`${name}.test`, "second"], uri: [`spiffe://${name}`] }),
  );
  const identity = { version: "TLSv1.3", serverName: "asked.test", peer, local };
  const read = (key: string) => tlsProperty(identity, key);
  expect(read("mtls")).toBe(true);
  expect(read("tls_version")).toBe("TLSv1.3");
  expect(read("requested_server_name")).toBe("asked.test");
  for (const [whose, name] of [
    ["peer", "peer"],
    ["local", "local"],
  ]) {
    expect(read(`subject_${whose}_certificate`)).toBe(`CN=${name}`);
    expect(read(`dns_san_${whose}_certificate`)).toBe(`${name}.test`);
    expect(read(`uri_san_${whose}_certificate`)).toBe(`spiffe://${name}`);
  }
  expect(read("sha256_peer_certificate_digest")).toMatch(/^[0-9a-f]{64}$/);
  expect(tlsProperty({ ...identity, peer: undefined }, "mtls")).toBe(false);
  expect(tlsProperty(undefined, "mtls")).toBe(false);
  expect(tlsProperty(undefined, "tls_version")).toBeUndefined();
});

test("a secret that comes later makes new handshakes; one that does not fit is told, and changes nothing", () => {
  let push: (pem: { certificate: string; key: string }) => void = () => undefined;
  const source: SecretSource = {
    secret: (name, compile) => {
      let value: ReturnType<typeof compile> | undefined;
      const listeners = new Set<(next: typeof value) => void>();
      push = ({ certificate, key }) => {
        const inline = (text: string) => ({ specifier: { case: "inlineString" as const, value: text } });
        const pair = { certificateChain: inline(certificate), privateKey: inline(key) };
        value = compile(create(SecretSchema, { name, type: { case: "tlsCertificate", value: pair } }));
        for (const listener of listeners) listener(value);
      };
      return {
        ready: Promise.resolve(),
        current: () => value,
        onChange: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        close: () => undefined,
      };
    },
  };
  const common = create(CommonTlsContextSchema, {
    tlsCertificateSdsSecretConfigs: [
      { name: "mine", sdsConfig: { configSourceSpecifier: { case: "ads", value: {} } } },
    ],
  });
  const material = new TlsMaterial(common, "common", source);
  expect(material.current).toBeUndefined();
  const [one, two] = [authority.issue({ commonName: "one" }), authority.issue({ commonName: "two" })];
  push(one);
  const first = material.current;
  expect(first?.options.cert).toBe(one.certificate);
  expect(material.current).toBe(first);
  expect(() => push({ certificate: two.certificate, key: one.key })).toThrow(
    "tls_certificate.private_key: is not the certificate's",
  );
  expect(material.current).toBe(first);
  push(two);
  expect(material.current?.options.cert).toBe(two.certificate);
});
