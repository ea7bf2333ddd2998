import type { X509Certificate } from "node:crypto";
import {
  SubjectAltNameMatcher_SanType as SanType,
  type SubjectAltNameMatcher,
} from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import type { StringMatcher } from "../../xds/gen/envoy/type/matcher/v3/string_pb.js";
import { ConfigError } from "../config/index.js";

/** A name in a certificate's subjectAltName (RFC 5280 §4.2.1.6). */
export interface AltName {
  /** As OpenSSL prints it: `DNS`, `URI`, `IP Address`, `email`, … */
  readonly kind: string;
  readonly value: string;
}

export type NameTest = (name: AltName) => boolean;

const KINDS: Readonly<Record<number, string>> = {
  [SanType.DNS]: "DNS",
  [SanType.URI]: "URI",
  [SanType.IP_ADDRESS]: "IP Address",
  [SanType.EMAIL]: "email",
};

/**
 * The names of a certificate. Node prints them as `DNS:a.example, URI:"spiffe://a, b"`: a value with something in it that
 * could be taken for the list's own signs is a JSON string.
 */
export function altNames(certificate: X509Certificate): AltName[] {
  const list = certificate.subjectAltName ?? "";
  return [...list.matchAll(/([^:,"]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g)].map(([, kind = "", value = ""]) => ({
    kind,
    value: value.startsWith('"') ? (JSON.parse(value) as string) : value,
  }));
}

/** @throws ConfigError */
export function compileNames(matchers: readonly SubjectAltNameMatcher[], path: string): NameTest[] {
  return matchers.map(({ sanType, matcher }, index) => {
    const at = `${path}[${index}]`;
    const kind = KINDS[sanType];
    if (kind === undefined) throw new ConfigError(`${at}.san_type`, "expected DNS, URI, IP_ADDRESS or EMAIL");
    const test = compileText(matcher, `${at}.matcher`, kind === "DNS");
    return (name) => name.kind === kind && test(name.value);
  });
}

function compileText(matcher: StringMatcher | undefined, path: string, isDns: boolean): (value: string) => boolean {
  const pattern = matcher?.matchPattern;
  switch (pattern?.case) {
    case "exact":
      // As Envoy has it, a name that is asked for exactly may be one that a wildcard stands for.
      return isDns ? (value) => coversHost(value, pattern.value) : (value) => value === pattern.value;
    case "prefix":
      return (value) => value.startsWith(pattern.value);
    case "suffix":
      return (value) => value.endsWith(pattern.value);
    case "contains":
      return (value) => value.includes(pattern.value);
    default:
      throw new ConfigError(path, "expected one of exact, prefix, suffix, contains");
  }
}

/** Whether a DNS name of a certificate, `*.example.com` perhaps, stands for a host: a star is one whole first label. */
function coversHost(name: string, host: string): boolean {
  const [pattern, wanted] = [name.toLowerCase(), host.toLowerCase()];
  if (!pattern.startsWith("*.")) return pattern === wanted;
  const dot = wanted.indexOf(".");
  return dot > 0 && wanted.slice(dot) === pattern.slice(1);
}
