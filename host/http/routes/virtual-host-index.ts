import { ConfigError } from "../../config/index.js";
import { asciiLower, toByteString } from "../headers/index.js";

/**
 * Finds a virtual host by the request's authority: exact names first, then `*.suffix`, then `prefix.*`, longest first,
 * then `*`. A wildcard stands for at least one character.
 */
export class VirtualHostIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #suffixes: [string, T][] = [];
  readonly #prefixes: [string, T][] = [];
  readonly #ignorePort: boolean;
  #any: T | undefined;

  constructor(ignorePort: boolean) {
    this.#ignorePort = ignorePort;
  }

  /** Adds one domain; a domain that is there already is an error. */
  add(domain: string, value: T, path: string): void {
    const lower = asciiLower(toByteString(domain));
    if (lower === "") throw new ConfigError(path, "a domain must not be empty");
    if (lower === "*") {
      if (this.#any !== undefined) throw new ConfigError(path, "Only a single wildcard domain is permitted");
      this.#any = value;
    } else if (lower.startsWith("*")) {
      insert(this.#suffixes, lower.slice(1), value, domain, path);
    } else if (lower.endsWith("*")) {
      insert(this.#prefixes, lower.slice(0, -1), value, domain, path);
    } else {
      if (this.#exact.has(lower)) throw duplicate(domain, path);
      this.#exact.set(lower, value);
    }
  }

  find(authority: string): T | undefined {
    if (this.#exact.size === 0 && this.#suffixes.length === 0 && this.#prefixes.length === 0) return this.#any;
    const host = asciiLower(this.#ignorePort ? authority.replace(/:\d+$/, "") : authority);
    const exact = this.#exact.get(host);
    if (exact !== undefined) return exact;
    for (const [suffix, value] of this.#suffixes) {
      if (host.length > suffix.length && host.endsWith(suffix)) return value;
    }
    for (const [prefix, value] of this.#prefixes) {
      if (host.length > prefix.length && host.startsWith(prefix)) return value;
    }
    return this.#any;
  }
}

function insert<T>(list: [string, T][], part: string, value: T, domain: string, path: string): void {
  if (list.some(([known]) => known === part)) throw duplicate(domain, path);
  list.push([part, value]);
  list.sort((a, b) => b[0].length - a[0].length);
}

function duplicate(domain: string, path: string): ConfigError {
  return new ConfigError(path, `Only unique values for domains are permitted. Duplicate entry of domain ${domain}`);
}
