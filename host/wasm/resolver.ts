import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { ResolvedAddress } from "../vm/index.js";

/** The system's resolver does not say how long an answer may be kept. */
const TTL_SECONDS = 60;

/** Addresses of a name, for modules: IPv6 ones where there are any, else IPv4, as Envoy's AUTO family. */
export function resolve(name: string): readonly ResolvedAddress[] | Promise<readonly ResolvedAddress[]> {
  return isIP(name) === 0 ? ask(name) : [{ address: name, ttlSeconds: 0 }];
}

async function ask(name: string): Promise<readonly ResolvedAddress[]> {
  const found = await lookup(name, { all: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOTFOUND") return [];
    throw error;
  });
  const six = found.filter(({ family }) => family === 6);
  return (six.length > 0 ? six : found).map(({ address }) => ({ address, ttlSeconds: TTL_SECONDS }));
}
