import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { TlsCertificate } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import {
  type CertificateValidationContext,
  CertificateValidationContext_TrustChainVerification as TrustChain,
} from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js";
import type { Secret } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import { ConfigError, dataSource } from "../config/index.js";
import { compileNames, type NameTest } from "./subject-alt-names.js";

/** A secret's last accepted version, compiled. */
export interface WatchedSecret<T> {
  /** Resolves with the first version, or when it has not come in time. */
  readonly ready: Promise<void>;
  current(): T | undefined;
  onChange(listener: (value: T | undefined) => void): () => void;
  close(): void;
}

/** SDS. What `compile` throws (ConfigError) becomes the NACK, and the last good version stays. */
export interface SecretSource {
  secret<T>(name: string, compile: (secret: Secret) => T): WatchedSecret<T>;
}

/** Who we are. PEM. */
export interface Certificate {
  readonly chain: string;
  readonly key: string;
}

/** What a peer's certificate is checked against. */
export interface Validation {
  /** PEM; without it certificates are taken as they are. */
  readonly authorities?: string;
  readonly revoked?: string;
  /** One of them must hold, where there are any. */
  readonly names: readonly NameTest[];
}

/** A certificate with its key, proven to belong together. @throws ConfigError */
export function readCertificate(message: TlsCertificate, path: string): Certificate {
  const chain = text(message.certificateChain, `${path}.certificate_chain`);
  const key = text(message.privateKey, `${path}.private_key`);
  const leaf = attempt(`${path}.certificate_chain`, () => new X509Certificate(chain));
  const secret = attempt(`${path}.private_key`, () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(secret)) throw new ConfigError(`${path}.private_key`, "is not the certificate's");
  return { chain, key };
}

/** @throws ConfigError */
export function readValidation(message: CertificateValidationContext, path: string): Validation {
  const { trustedCa, crl, trustChainVerification } = message;
  const trusted = trustedCa && text(trustedCa, `${path}.trusted_ca`);
  const revoked = crl && text(crl, `${path}.crl`);
  attempt(`${path}.${crl === undefined ? "trusted_ca" : "crl"}`, () =>
    createSecureContext({ ca: trusted, crl: revoked }),
  );
  const verifies = trustChainVerification === TrustChain.VERIFY_TRUST_CHAIN;
  return {
    ...(verifies && trusted !== undefined && { authorities: trusted }),
    ...(verifies && revoked !== undefined && { revoked }),
    names: compileNames(message.matchTypedSubjectAltNames, `${path}.match_typed_subject_alt_names`),
  };
}

function text(source: TlsCertificate["certificateChain"], path: string): string {
  return Buffer.from(dataSource(source, path)).toString();
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ConfigError(path, error instanceof Error ? error.message : String(error));
  }
}
