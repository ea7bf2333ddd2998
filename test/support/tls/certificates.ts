import { generateKeyPairSync, randomBytes } from "node:crypto";
import forge from "node-forge";

/** A certificate and its key, in PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate says of its owner. */
export interface Owner {
  readonly commonName: string;
  readonly dns?: readonly string[];
  readonly uri?: readonly string[];
}

const DAY_MS = 86_400_000;
/** GeneralName's tags (RFC 5280 §4.2.1.6). */
const [DNS_NAME, URI] = [2, 6];

/** A certificate authority of a test's own. */
export class Authority {
  private constructor(private readonly pair: Pair) {}

  static create(commonName: string): Authority {
    return new Authority(certify({ commonName }, undefined));
  }

  /** What others trust. */
  get certificate(): string {
    return this.pair.certificate;
  }

  issue(owner: Owner): Pair {
    return certify(owner, this.pair);
  }
}

/** @param issuer an authority; without one the certificate is an authority's own */
function certify({ commonName, dns = [], uri = [] }: Owner, issuer: Pair | undefined): Pair {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const made = forge.pki.createCertificate();
  made.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // A serial number is positive: its first bit is none.
  made.serialNumber = `01${randomBytes(8).toString("hex")}`;
  made.validity.notBefore = new Date(Date.now() - DAY_MS);
  made.validity.notAfter = new Date(Date.now() + DAY_MS);
  made.setSubject([{ name: "commonName", value: commonName }]);
  const parent = issuer && forge.pki.certificateFromPem(issuer.certificate);
  made.setIssuer(parent?.subject.attributes ?? made.subject.attributes);
  const names = [...dns.map((value) => ({ type: DNS_NAME, value })), ...uri.map((value) => ({ type: URI, value }))];
  made.setExtensions([
    { name: "basicConstraints", cA: issuer === undefined, critical: true },
    ...(names.length > 0 ? [{ name: "subjectAltName", altNames: names }] : []),
  ]);
  made.sign(forge.pki.privateKeyFromPem(issuer?.key ?? privateKey), forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(made), key: privateKey };
}
