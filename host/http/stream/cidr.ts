import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { CidrRange } from "../../../xds/gen/envoy/config/core/v3/address_pb.js";
import { ConfigError } from "../../config/index.js";

/** A set of IP addresses. */
export interface CidrSet {
  has(address: string): boolean;
}

/** Compiles address ranges. */
export function compileCidrs(ranges: readonly CidrRange[], path: string): CidrSet {
  const list = new BlockList();
  for (const [index, range] of ranges.entries()) {
    const family = familyOf(range.addressPrefix);
    const length = range.prefixLen ?? 0;
    if (!family || length > (family === "ipv4" ? 32 : 128)) {
      throw new ConfigError(`${path}[${index}]`, `'${range.addressPrefix}/${length}' is no address range`);
    }
    list.addSubnet(range.addressPrefix, length, family);
  }
  return {
    has(address) {
      // node's check makes an object of each address; by default there are no ranges to check it against.
      if (ranges.length === 0) return false;
      const family = familyOf(address);
      return family !== undefined && list.check(address, family);
    },
  };
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  if (isIPv4(address)) return "ipv4";
  return isIPv6(address) ? "ipv6" : undefined;
}
