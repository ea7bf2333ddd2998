import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { exportJWK, generateKeyPair, generateSecret, type JWTPayload, SignJWT } from "jose";
import { type HttpCall, type HttpCallResponse, ofMessage, type PropertyValue } from "../../../host/vm/index.js";
import { Bench, type FakeClock, FakeHttp, headers, must } from "../../../host/vm/spec/kit.support.js";
import { TestMetrics } from "../../../testing/index.js";
import { MetadataSchema } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";

const CODE = readFileSync(new URL("../../../build/wasm/http/jwt-auth.wasm", import.meta.url));
const CONTINUE = 0;
export const ISSUER = "https://issuer.test";
/** What the bench's clock says at first, in seconds. */
export const NOW = 1_700_000_000;

export type Algorithm = "HS256" | "RS256" | "ES256";
type Signer = Parameters<SignJWT["sign"]>[0];

/** A key's private half, and its public half in the set. */
export interface Pair {
  readonly signer: Signer;
  readonly jwk: object;
}

async function pair(algorithm: Algorithm, kid: string): Promise<Pair> {
  if (algorithm === "HS256") {
    const secret = await generateSecret(algorithm, { extractable: true });
    return { signer: secret, jwk: { ...(await exportJWK(secret)), kid } };
  }
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { signer: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: "sig", "x5c-or-so": ["ignored"] } };
}

async function pairs(): Promise<Record<Algorithm, Pair>> {
  return {
    HS256: await pair("HS256", "HS256"),
    RS256: await pair("RS256", "RS256"),
    ES256: await pair("ES256", "ES256"),
  };
}

/** The issuer's, and others of the same names. */
export const keys = await pairs();
export const strangers = await pairs();

export const jwks = (...pairs: Pair[]) => JSON.stringify({ keys: pairs.map(({ jwk }) => jwk) });
export const all = () => jwks(keys.HS256, keys.RS256, keys.ES256);

export function token(
  algorithm: Algorithm,
  claims: JWTPayload = {},
  { signer = keys[algorithm].signer, header = { kid: algorithm } }: { signer?: Signer; header?: object } = {},
): Promise<string> {
  return new SignJWT({ iss: ISSUER, exp: NOW + 1000, sub: "ann", ...claims })
    .setProtectedHeader({ alg: algorithm, ...header })
    .sign(signer);
}

export interface Sent {
  readonly passed: boolean;
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: [string, string][];
  readonly http: FakeHttp;
}

export class World {
  readonly calls: { readonly call: HttpCall; readonly done: (response: HttpCallResponse | undefined) => void }[] = [];
  readonly metrics = new TestMetrics();
  readonly bench: Bench;

  constructor() {
    this.bench = new Bench({
      metrics: this.metrics,
      httpCall: {
        hasCluster: (name) => name === "keys",
        send: (call, done) => {
          this.calls.push({ call, done });
          return () => undefined;
        },
      },
    });
  }

  get clock(): FakeClock {
    return this.bench.clock;
  }

  count(name: string): number {
    return Number(this.metrics.value(`meltemi.jwt-auth.${name}`) ?? 0n);
  }

  options(configuration: object) {
    return {
      name: "jwt-auth",
      rootId: "",
      vm: { vmId: "jwt-auth", code: CODE },
      configuration: Buffer.from(JSON.stringify(configuration)),
    };
  }

  async load(configuration: object) {
    const plugin = await this.bench.load(this.options(configuration));
    return (bearer?: string, more: [string, string][] = [], route?: string): Sent => {
      const http = new FakeHttp();
      if (route !== undefined) http.properties = { xds: routeSaying(route) };
      const stream = must(plugin.httpStream(http));
      const map = headers(
        [":path", "/svc/op"],
        ...(bearer === undefined ? [] : [["authorization", `Bearer ${bearer}`] as [string, string]]),
        ...more,
      );
      const passed = stream.onRequestHeaders(map, false) === CONTINUE;
      return {
        passed,
        get status() {
          return http.replies[0]?.status;
        },
        get body() {
          return Buffer.from(http.replies[0]?.body ?? []).toString();
        },
        get headers() {
          return [...map].slice(1).map(([name, value]): [string, string] => [name, String(value)]);
        },
        http,
      };
    };
  }

  /** Answers the callout that waits. */
  answer(body: string, status = "200"): void {
    must(this.calls.shift()).done({ headers: [[":status", status]], body: Buffer.from(body) });
  }
}

function routeSaying(config: string): PropertyValue {
  const filterMetadata = { "meltemi.jwt-auth": { config } };
  const metadata = ofMessage(MetadataSchema, create(MetadataSchema, { filterMetadata }));
  return { kind: "namespace", get: (key) => (key === "route_metadata" ? metadata : undefined) };
}
