import type { SecureContextOptions, SecureVersion } from "node:tls";
import type { CertificateValidationContext } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import { TlsParameters_TlsProtocol as Protocol } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import type { SdsSecretConfig, Secret } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import type { CommonTlsContext } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import { ConfigError } from "../config/index.js";
import { type Certificate, readCertificate, readValidation, type SecretSource, type Validation } from "./secrets.js";

/** What handshakes are made with, one object as long as nothing changes. */
export interface Material {
  readonly options: SecureContextOptions;
  /** Undefined: no certificate is asked of the peer. */
  readonly validation: Validation | undefined;
}

/** A part of a context: in place, or as SDS has it at the moment. */
interface Part<T> {
  readonly ready: Promise<void>;
  /** Undefined while it has not come. */
  current(): T | undefined;
  onChange(listener: () => void): void;
  close(): void;
}

const VERSIONS: Readonly<Record<number, SecureVersion>> = {
  [Protocol.TLSv1_0]: "TLSv1",
  [Protocol.TLSv1_1]: "TLSv1.1",
  [Protocol.TLSv1_2]: "TLSv1.2",
  [Protocol.TLSv1_3]: "TLSv1.3",
};

/** A CommonTlsContext: what new handshakes are made with, anew whenever a secret changes. */
export class TlsMaterial {
  readonly alpn: readonly string[];
  /** Resolves when every secret has come, or has not come in time. */
  readonly ready: Promise<unknown>;
  private readonly certificate: Part<Certificate | null>;
  private readonly validation: Part<Validation | null>;
  private readonly versions: { readonly minVersion: SecureVersion; readonly maxVersion: SecureVersion };
  private made: Material | undefined;

  /** @throws ConfigError */
  constructor(common: CommonTlsContext | undefined, path: string, secrets: SecretSource | undefined) {
    this.alpn = common?.alpnProtocols ?? [];
    const { tlsMinimumProtocolVersion: least = 0, tlsMaximumProtocolVersion: most = 0 } = common?.tlsParams ?? {};
    this.versions = { minVersion: VERSIONS[least] ?? "TLSv1.2", maxVersion: VERSIONS[most] ?? "TLSv1.3" };
    this.certificate = certificatePart(common, path, secrets);
    this.validation = validationPart(common, path, secrets);
    this.ready = Promise.all([this.certificate.ready, this.validation.ready]);
    for (const part of [this.certificate, this.validation]) {
      part.onChange(() => {
        this.made = undefined;
      });
    }
  }

  /** Undefined while a secret has not come: no handshake can be made. */
  get current(): Material | undefined {
    if (this.made !== undefined) return this.made;
    const [certificate, validation] = [this.certificate.current(), this.validation.current()];
    if (certificate === undefined || validation === undefined) return undefined;
    const options: SecureContextOptions = {
      ...this.versions,
      ...(certificate !== null && { cert: certificate.chain, key: certificate.key }),
      ...(validation?.authorities !== undefined && { ca: validation.authorities }),
      ...(validation?.revoked !== undefined && { crl: validation.revoked }),
    };
    this.made = { options, validation: validation ?? undefined };
    return this.made;
  }

  close(): void {
    this.certificate.close();
    this.validation.close();
  }
}

function certificatePart(
  common: CommonTlsContext | undefined,
  path: string,
  secrets: SecretSource | undefined,
): Part<Certificate | null> {
  const [inPlace, second] = common?.tlsCertificates ?? [];
  const [sds, secondSds] = common?.tlsCertificateSdsSecretConfigs ?? [];
  const at = `${path}.${inPlace === undefined ? "tls_certificate_sds_secret_configs" : "tls_certificates"}`;
  if (second !== undefined || secondSds !== undefined || (inPlace !== undefined && sds !== undefined)) {
    throw new ConfigError(at, "one certificate is implemented by this host");
  }
  if (inPlace !== undefined) return fixed(readCertificate(inPlace, `${at}[0]`));
  if (sds === undefined) return fixed(null);
  return watched(sds, `${at}[0]`, secrets, ({ type }) => {
    if (type.case === "tlsCertificate") return readCertificate(type.value, "tls_certificate");
    throw new ConfigError("type", "expected tls_certificate");
  });
}

function validationPart(
  common: CommonTlsContext | undefined,
  path: string,
  secrets: SecretSource | undefined,
): Part<Validation | null> {
  const { case: kind, value } = common?.validationContextType ?? { case: undefined };
  if (kind === undefined) return fixed(null);
  if (kind === "validationContext") return fixed(readValidation(value, `${path}.validation_context`));
  if (kind === "validationContextSdsSecretConfig") {
    return watched(value, `${path}.validation_context_sds_secret_config`, secrets, (secret) => validationOf(secret));
  }
  if (kind !== "combinedValidationContext") throw new ConfigError(path, "expected a validation context or SDS");
  const at = `${path}.combined_validation_context`;
  const { defaultValidationContext: usual, validationContextSdsSecretConfig: sds } = value;
  if (sds === undefined) throw new ConfigError(`${at}.validation_context_sds_secret_config`, "must be set");
  const names = usual === undefined ? [] : readValidation(usual, `${at}.default_validation_context`).names;
  return watched(sds, `${at}.validation_context_sds_secret_config`, secrets, (secret) => {
    const validation = validationOf(secret);
    return { ...validation, names: [...names, ...validation.names] };
  });
}

function validationOf({ type }: Secret): Validation {
  if (type.case !== "validationContext") throw new ConfigError("type", "expected validation_context");
  const message: CertificateValidationContext = type.value;
  return readValidation(message, "validation_context");
}

function fixed<T>(value: T): Part<T> {
  return { ready: Promise.resolve(), current: () => value, onChange: () => undefined, close: () => undefined };
}

function watched<T>(
  { name, sdsConfig }: SdsSecretConfig,
  path: string,
  secrets: SecretSource | undefined,
  compile: (secret: Secret) => T,
): Part<T> {
  if (sdsConfig === undefined) throw new ConfigError(`${path}.sds_config`, "must be set: there are no static secrets");
  if (secrets === undefined) throw new ConfigError(`${path}.sds_config`, "needs dynamic_resources.ads_config");
  return secrets.secret(name, compile);
}
