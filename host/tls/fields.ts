import type { SupportedFields } from "../config/index.js";

const PACKAGE = "envoy.extensions.transport_sockets.tls.v3";

/** What the host takes of TLS contexts and secrets. */
export const TLS_FIELDS: SupportedFields = {
  [`${PACKAGE}.DownstreamTlsContext`]: ["common_tls_context", "require_client_certificate"],
  [`${PACKAGE}.UpstreamTlsContext`]: ["common_tls_context", "sni"],
  [`${PACKAGE}.CommonTlsContext`]: [
    "tls_params",
    "tls_certificates",
    "tls_certificate_sds_secret_configs",
    "validation_context",
    "validation_context_sds_secret_config",
    "combined_validation_context",
    "alpn_protocols",
  ],
  [`${PACKAGE}.CommonTlsContext.CombinedCertificateValidationContext`]: [
    "default_validation_context",
    "validation_context_sds_secret_config",
  ],
  [`${PACKAGE}.TlsParameters`]: ["tls_minimum_protocol_version", "tls_maximum_protocol_version"],
  [`${PACKAGE}.TlsCertificate`]: ["certificate_chain", "private_key"],
  [`${PACKAGE}.CertificateValidationContext`]: [
    "trusted_ca",
    "crl",
    "match_typed_subject_alt_names",
    "trust_chain_verification",
  ],
  [`${PACKAGE}.SubjectAltNameMatcher`]: ["san_type", "matcher"],
  [`${PACKAGE}.Secret`]: ["name", "tls_certificate", "validation_context"],
  [`${PACKAGE}.SdsSecretConfig`]: ["name", "sds_config"],
  "envoy.type.matcher.v3.StringMatcher": ["exact", "prefix", "suffix", "contains"],
  "envoy.config.core.v3.DataSource": "*",
  "envoy.config.core.v3.ConfigSource": ["ads", "resource_api_version", "initial_fetch_timeout"],
  "envoy.config.core.v3.AggregatedConfigSource": "*",
};
