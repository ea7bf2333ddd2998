import { didYouMean, type Rules, type Traits } from "../source/index.js";
import { MODE } from "./annotations.js";
import type { Problems } from "./problems.js";
import { tuningOf } from "./tuning.js";
import type { Codec } from "./types.js";

/** Port names that say their protocol in the old way, `tcp-<protocol>` with anything behind. */
const LEGACY = ["dubbo", "thrift", "redis", "kafka", "zookeeper"];
const AERAKI_CODEC = "aeraki.meta_protocol.codec.";

/** What a port's name says of its protocol, if it is one of ours. */
export function protocolOf(portName: string): { name: string; legacy: boolean } | undefined {
  const [transport = "", first = "", second = ""] = portName.split("-");
  if (transport !== "tcp") return undefined;
  if (first === "metaprotocol") return second === "" ? undefined : { name: second, legacy: false };
  return LEGACY.includes(first) ? { name: first, legacy: true } : undefined;
}

/** The limit of a protocol holds for its backends, and for clients unless their service has its own. */
export function largestFrame({ maxFrameBytes }: { maxFrameBytes?: number }): { maxFrameBytes?: number } {
  return maxFrameBytes === undefined ? {} : { maxFrameBytes };
}

/** Codecs by name, and what each says of its protocol. */
export type CodecModules = ReadonlyMap<string, Traits>;

/** Which codec reads which protocol: what ApplicationProtocols say, and else the module of the protocol's own name. */
export class Protocols {
  private readonly declared = new Map<string, Codec | undefined>();

  constructor(
    rules: Rules,
    private readonly modules: CodecModules,
    problems: Problems,
  ) {
    for (const resource of rules.applicationProtocols) {
      const { protocol, codec } = resource.spec;
      if (this.declared.has(protocol)) {
        problems.error(resource, ["spec", "protocol"], `protocol ${protocol} already has an ApplicationProtocol`);
      }
      const name = codec.startsWith(AERAKI_CODEC) ? codec.slice(AERAKI_CODEC.length) : codec;
      const mode = resource.annotations[MODE] ?? this.usual(name);
      if (mode !== "multiplexed" && mode !== "plain") {
        const path = ["metadata", "annotations", MODE];
        problems.error(resource, path, `expected multiplexed or plain, found ${JSON.stringify(mode)}`);
        continue;
      }
      if (!modules.has(name)) {
        // Not an error: Aeraki's users apply all the protocols that they might use, and a port that needs it will tell.
        const known = [...modules.keys()].join(", ") || "none";
        const hint = didYouMean(name, modules.keys());
        problems.warning(resource, ["spec", "codec"], `no codec module ${name}; there are: ${known}${hint}`);
      }
      const module = modules.get(name);
      const more = largestFrame(tuningOf(resource, problems));
      this.declared.set(protocol, module && { name, lane: module.lane, pins: module.pins, mode, ...more });
    }
  }

  codecOf(protocol: string): Codec | undefined {
    if (this.declared.has(protocol)) return this.declared.get(protocol);
    const module = this.modules.get(protocol);
    return module && { name: protocol, lane: module.lane, pins: module.pins, mode: this.usual(protocol) };
  }

  /** Can a connection to a backend carry many requests at a time? */
  canMultiplex({ name }: Pick<Codec, "name">): boolean {
    return this.usual(name) === "multiplexed";
  }

  /** What a codec's module says that it can do. */
  private usual(codec: string): Codec["mode"] {
    return this.modules.get(codec)?.multiplexed === false ? "plain" : "multiplexed";
  }

  /** The protocols that a port may name, for messages. */
  get known(): string {
    const declared = [...this.declared].filter(([, codec]) => codec !== undefined).map(([name]) => name);
    return [...new Set([...declared, ...this.modules.keys()])].sort().join(", ") || "none";
  }
}
