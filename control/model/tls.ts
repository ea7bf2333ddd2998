import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import {
  type Annotated,
  type ClientTlsSpec,
  type DestinationRuleSpec,
  pemPath,
  type Resource,
  type Rules,
  type ServiceEntrySpec,
  serverTlsOf,
  type TrafficPolicySpec,
} from "../source/index.js";
import { TLS } from "./annotations.js";
import type { Problems } from "./problems.js";
import type { ClientTls, Identity, ServerTls, Service } from "./types.js";

type Path = readonly PropertyKey[];

/** Where a rule says that PEM comes from, by the names that its kind has for them. */
interface Sources {
  readonly certificate?: string | undefined;
  readonly privateKey?: string | undefined;
  readonly caCertificates?: string | undefined;
  readonly credentialName?: string | undefined;
}

/** What they come to. */
interface Pem {
  readonly identity?: Identity;
  readonly authorities?: string;
}

/** How clients speak to the ports of a service; plain where nothing is said. */
export function serverTls(entry: Resource<ServiceEntrySpec>, rules: Rules, problems: Problems): Pick<Service, "tls"> {
  const { spec, problem } = serverTlsOf(entry);
  const path = ["metadata", "annotations", TLS];
  if (problem !== undefined) problems.error(entry, path, problem);
  if (spec === undefined) return {};
  const { mode, serverCertificate: certificate, privateKey, caCertificates, credentialName } = spec;
  const sources = { certificate, privateKey, caCertificates, credentialName };
  const { identity, authorities } = pemOf(entry, sources, () => path, rules, problems);
  if (identity === undefined) return {};
  const tls: ServerTls = { identity, alpn: spec.alpn ?? [] };
  if (mode === "SIMPLE") return { tls };
  if (authorities === undefined) {
    problems.error(entry, path, `${mode} needs caCertificates, or a Secret with ca.crt`);
    return {};
  }
  const clients = { authorities, required: mode === "MUTUAL", names: spec.subjectAltNames ?? [] };
  return { tls: { ...tls, clients } };
}

/** How a service's backends are spoken to; plain where nothing is said. */
export function backendTls(
  service: Pick<Service, "host" | "port"> & { readonly entry: Resource<ServiceEntrySpec> },
  rule: Resource<DestinationRuleSpec>,
  rules: Rules,
  problems: Problems,
): Pick<Service, "backendTls"> {
  const { tls, path } = settingsAt(rule.spec.trafficPolicy, service.port);
  (rule.spec.subsets ?? []).forEach(({ trafficPolicy }, index) => {
    const own = settingsAt(trafficPolicy, service.port).tls;
    if (own === undefined || JSON.stringify(spoken(own)) === JSON.stringify(spoken(tls))) return;
    const message = "expected in spec.trafficPolicy: backends are all spoken to in one way, whatever their subset";
    problems.error(rule, ["spec", "subsets", index, "trafficPolicy"], message);
  });
  if (tls === undefined || tls.mode === "DISABLE") return {};
  if (tls.mode === "ISTIO_MUTUAL") {
    const message =
      "not enforced yet: there is no mesh that gives certificates, so backends are spoken to in plain text";
    problems.warning(rule, [...path, "mode"], message);
    return {};
  }
  const { clientCertificate: certificate, privateKey, caCertificates, credentialName } = tls;
  const sources = { certificate, privateKey, caCertificates, credentialName };
  const at = (field: keyof Sources) => [...path, field === "certificate" ? "clientCertificate" : field];
  const { identity, authorities } = pemOf(rule, sources, at, rules, problems);
  const sni = tls.sni ?? (isIP(service.host) === 0 ? service.host : "");
  const verified = { authorities: authorities ?? "web", names: namesOf(tls, service.entry.spec, sni || service.host) };
  return {
    backendTls: {
      sni,
      ...(tls.mode === "MUTUAL" && identity !== undefined && { identity }),
      ...(tls.insecureSkipVerify !== true && { servers: verified }),
    } satisfies ClientTls,
  };
}

/** How a server is spoken to of which no rule says who vouches for it. */
export function webTls(host: string): ClientTls {
  return { sni: isIP(host) === 0 ? host : "", servers: { authorities: "web", names: [host] } };
}

/** A rule's names, else the service's own, else the one that is asked for in the handshake. */
function namesOf({ subjectAltNames = [] }: ClientTlsSpec, entry: ServiceEntrySpec, usual: string): readonly string[] {
  if (subjectAltNames.length > 0) return subjectAltNames;
  return entry.subjectAltNames?.length ? entry.subjectAltNames : [usual];
}

/** Nothing where the backends are spoken to in plain text. */
function spoken(tls: ClientTlsSpec | undefined): ClientTlsSpec | null {
  return tls === undefined || tls.mode === "DISABLE" || tls.mode === "ISTIO_MUTUAL" ? null : tls;
}

/** What holds for a port, and where it stands: a port's own settings stand in the place of all the others. */
function settingsAt(policy: TrafficPolicySpec | undefined, port: number): { tls?: ClientTlsSpec; path: Path } {
  const ports = policy?.portLevelSettings ?? [];
  const index = ports.findIndex((setting) => setting.port.number === port);
  const path = ["spec", "trafficPolicy", ...(index < 0 ? [] : ["portLevelSettings", index]), "tls"];
  const tls = index < 0 ? policy?.tls : ports[index]?.tls;
  return { path, ...(tls && { tls }) };
}

function pemOf(
  rule: Annotated,
  sources: Sources,
  at: (field: keyof Sources) => Path,
  rules: Rules,
  problems: Problems,
): Pem {
  const { certificate, privateKey, caCertificates, credentialName } = sources;
  if (credentialName !== undefined) return secretOf(rule, credentialName, at("credentialName"), rules, problems);
  const read = (path: string | undefined) => (path === undefined ? undefined : rules.pemFiles.get(pemPath(rule, path)));
  const [chain, key, authorities] = [read(certificate), read(privateKey), read(caCertificates)];
  return {
    ...(chain !== undefined &&
      key !== undefined &&
      checked({ chain, key }, rule, at("certificate"), at("privateKey"), problems)),
    ...(authorities !== undefined && trusted(authorities, rule, at("caCertificates"), problems)),
  };
}

/** Kubernetes' TLS Secret, as cert-manager and Istio's users have it. */
function secretOf(rule: Annotated, name: string, path: Path, { secrets }: Rules, problems: Problems): Pem {
  const secret = secrets.find((one) => one.name === name && one.namespace === rule.namespace);
  if (secret === undefined) {
    problems.error(
      rule,
      path,
      `there is no Secret ${rule.namespace}/${name} in the rules' files, and Meltemi asks no Kubernetes`,
    );
    return {};
  }
  const read = (field: string) => {
    const data = secret.spec.data?.[field];
    return secret.spec.stringData?.[field] ?? (data && Buffer.from(data, "base64").toString());
  };
  const [chain, key, authorities] = [read("tls.crt"), read("tls.key"), read("ca.crt")];
  if ((chain === undefined) !== (key === undefined) || (chain ?? authorities) === undefined) {
    problems.error(
      rule,
      path,
      `expected tls.crt and tls.key, or ca.crt, or all three, in Secret ${secret.namespace}/${name}`,
    );
  }
  return {
    ...(chain !== undefined && key !== undefined && checked({ chain, key }, rule, path, path, problems)),
    ...(authorities !== undefined && trusted(authorities, rule, path, problems)),
  };
}

/** Of a pair that is being replaced one half may be new already: it is an error until the other is. */
function checked(identity: Identity, rule: Annotated, chainAt: Path, keyAt: Path, problems: Problems): Pem {
  const leaf = attempt(() => new X509Certificate(identity.chain));
  const key = attempt(() => createPrivateKey(identity.key));
  if (leaf === undefined) problems.error(rule, chainAt, "expected a certificate in PEM");
  if (key === undefined) problems.error(rule, keyAt, "expected a private key in PEM without a password");
  if (leaf !== undefined && key !== undefined && !leaf.checkPrivateKey(key))
    problems.error(rule, keyAt, "is not the certificate's key");
  return { identity };
}

function trusted(authorities: string, rule: Annotated, path: Path, problems: Problems): Pem {
  if (attempt(() => new X509Certificate(authorities)) === undefined)
    problems.error(rule, path, "expected certificates in PEM");
  return { authorities };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // the caller says what was expected; what is there is a secret
  }
}
