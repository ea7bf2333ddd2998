import { isIP } from "node:net";
import { rootCertificates } from "node:tls";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { TransportSocketSchema } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import { SubjectAltNameMatcher_SanType as SanType } from "../../../xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import { type Secret, SecretSchema } from "../../../xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from "../../../xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import type { ClientTls, Identity, Model, Service } from "../../model/index.js";
import { ads, pack } from "../envoy.js";
import { tlsSecret, WEB_AUTHORITIES } from "../names.js";

type Place = { readonly host: string; readonly port: number };
type Transport = { readonly transportSocket?: MessageInitShape<typeof TransportSocketSchema> };

// Listeners and clusters name secrets; what is in them comes by SDS. So a new certificate, also from another file, holds for
// new handshakes and touches neither.

/** How clients speak to a service's listener. */
export function clientTransport(service: Service): Transport {
  const { tls } = service;
  if (tls === undefined) return {};
  const value = pack(DownstreamTlsContextSchema, {
    commonTlsContext: {
      ...certificate(tlsSecret("server", service)),
      ...(tls.clients && validation(tlsSecret("clients", service), tls.clients.names)),
      alpnProtocols: [...tls.alpn],
    },
    ...(tls.clients?.required && { requireClientCertificate: true }),
  });
  return { transportSocket: { name: NAME, configType: { case: "typedConfig", value } } };
}

/** How a service's backends are spoken to. */
export function backendTransport(service: Service): Transport {
  return upstreamTransport(service, service.backendTls);
}

/** How any server is spoken to. */
export function upstreamTransport(place: Place, tls: ClientTls | undefined): Transport {
  if (tls === undefined) return {};
  const authorities = tls.servers?.authorities === "web" ? WEB_AUTHORITIES : tlsSecret("backends", place);
  const value = pack(UpstreamTlsContextSchema, {
    sni: tls.sni,
    commonTlsContext: {
      ...(tls.identity && certificate(tlsSecret("client", place))),
      ...(tls.servers && validation(authorities, tls.servers.names)),
    },
  });
  return { transportSocket: { name: NAME, configType: { case: "typedConfig", value } } };
}

/** What listeners and clusters are told by SDS. */
export function secrets({ services, callouts = [] }: Model): Secret[] {
  const all = [
    ...services.flatMap((service) => {
      const { tls, backendTls } = service;
      return [
        ...(tls === undefined ? [] : [identity(tlsSecret("server", service), tls.identity)]),
        ...(tls?.clients === undefined ? [] : [trusted(tlsSecret("clients", service), tls.clients.authorities)]),
        ...upstreamSecrets(service, backendTls),
      ];
    }),
    ...callouts.flatMap((callout) => upstreamSecrets(callout, callout.tls)),
  ];
  return [...new Map(all.map((secret) => [secret.name, secret])).values()];
}

const NAME = "envoy.transport_sockets.tls";

function upstreamSecrets(place: Place, tls: ClientTls | undefined): Secret[] {
  return [
    ...(tls?.identity === undefined ? [] : [identity(tlsSecret("client", place), tls.identity)]),
    ...trustedServers(place, tls),
  ];
}

function trustedServers(place: Place, tls: ClientTls | undefined): Secret[] {
  const authorities = tls?.servers?.authorities;
  if (authorities === undefined) return [];
  // Those that Node comes with, which are Mozilla's: proxies need no files of the system they run on.
  if (authorities === "web") return [trusted(WEB_AUTHORITIES, rootCertificates.join("\n"))];
  return [trusted(tlsSecret("backends", place), authorities)];
}

function identity(name: string, { chain, key }: Identity): Secret {
  return create(SecretSchema, {
    name,
    type: { case: "tlsCertificate", value: { certificateChain: inline(chain), privateKey: inline(key) } },
  });
}

function trusted(name: string, authorities: string): Secret {
  return create(SecretSchema, { name, type: { case: "validationContext", value: { trustedCa: inline(authorities) } } });
}

function inline(text: string) {
  return { specifier: { case: "inlineString" as const, value: text } };
}

function certificate(name: string) {
  return { tlsCertificateSdsSecretConfigs: [{ name, sdsConfig: ads() }] };
}

function validation(name: string, names: readonly string[]) {
  return {
    validationContextType: {
      case: "combinedValidationContext" as const,
      value: {
        defaultValidationContext: { matchTypedSubjectAltNames: names.map(nameMatcher) },
        validationContextSdsSecretConfig: { name, sdsConfig: ads() },
      },
    },
  };
}

/** Rules give names without their kind: what it is shows by its form. A star at the end asks for the beginning only. */
function nameMatcher(name: string) {
  const beginning = name.endsWith("*") ? name.slice(0, -1) : undefined;
  const matchPattern =
    beginning === undefined ? { case: "exact" as const, value: name } : { case: "prefix" as const, value: beginning };
  return { sanType: kindOf(name), matcher: { matchPattern } };
}

function kindOf(name: string): SanType {
  if (name.includes("://")) return SanType.URI;
  if (isIP(name) !== 0) return SanType.IP_ADDRESS;
  return name.includes("@") ? SanType.EMAIL : SanType.DNS;
}
