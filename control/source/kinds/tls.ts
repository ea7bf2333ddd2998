import { z } from "zod";
import { later, text } from "./fields.js";

/** A path, from the folder of the file that names it. */
const file = text;

/** Where a certificate and its key may come from: two files, or a Secret with `tls.crt`, `tls.key` and perhaps `ca.crt`. */
const credentialName = text.optional();

/** Istio's ClientTLSSettings: how a service's backends are spoken to. */
export const clientTls = z
  .strictObject({
    mode: z.enum(["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"]),
    clientCertificate: file.optional(),
    privateKey: file.optional(),
    caCertificates: file.optional(),
    credentialName,
    subjectAltNames: z.array(text).optional(),
    sni: text.optional(),
    insecureSkipVerify: z.boolean().optional(),
    caCrl: later("revoked certificates are taken as others are"),
  })
  .refine(
    ({ mode, clientCertificate, privateKey, credentialName: name }) =>
      mode !== "MUTUAL" || name !== undefined || (clientCertificate !== undefined && privateKey !== undefined),
    "expected clientCertificate and privateKey, or credentialName: MUTUAL shows a certificate",
  );

/**
 * How clients speak to a service's port: the fields of Istio's ServerTLSSettings, in the annotation `meltemi.dev/tls`. `alpn`
 * is Meltemi's.
 */
export const serverTls = z
  .strictObject({
    mode: z.enum(["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"]),
    serverCertificate: file.optional(),
    privateKey: file.optional(),
    caCertificates: file.optional(),
    credentialName,
    subjectAltNames: z.array(text).optional(),
    /** The protocols that clients may ask for in their handshake; without any, what they ask for is not looked at. */
    alpn: z.array(text).optional(),
  })
  .refine(
    ({ serverCertificate, privateKey, credentialName: name }) =>
      (name === undefined) === (serverCertificate !== undefined && privateKey !== undefined),
    "expected serverCertificate and privateKey, or credentialName",
  )
  .refine(
    ({ mode, caCertificates, credentialName: name }) =>
      mode === "SIMPLE" || caCertificates !== undefined || name !== undefined,
    "expected caCertificates: clients' certificates are checked against them",
  );

export type ClientTlsSpec = z.infer<typeof clientTls>;
export type ServerTlsSpec = z.infer<typeof serverTls>;
