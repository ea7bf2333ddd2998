import type {
  GlobalRateLimitSpec,
  LocalRateLimitSpec,
  MetaRouterSpec,
  Resource,
  Rules,
  TokenBucketSpec,
} from "../source/index.js";
import type { Callouts } from "./callouts.js";
import type { Hosts } from "./hosts.js";
import { moduleMatchOf } from "./match.js";
import type { Problems } from "./problems.js";
import type { AttributeMatch, GlobalLimit, Limits, TokenBucket, UndecidedService } from "./types.js";

type Router = Resource<MetaRouterSpec>;
type Path = readonly PropertyKey[];

const MODULE = "rate-limit";
const FIELDS = ["localRateLimit", "globalRateLimit"] as const;

/** How many requests services take, by their MetaRouters. */
export class RateLimits {
  constructor(
    private readonly rules: Rules,
    private readonly hosts: Hosts,
    private readonly callouts: Callouts,
    private readonly filters: ReadonlyMap<string, unknown>,
    private readonly problems: Problems,
  ) {}

  /** The limits of a service; nothing where no rule has any for it. */
  of({ host }: UndecidedService): Limits | undefined {
    const [router, ...others] = this.rules.metaRouters.filter(
      ({ spec, namespace }) =>
        FIELDS.some((field) => spec[field] !== undefined) &&
        spec.hosts.some((name) => this.hosts.find(name, namespace) === host),
    );
    if (router === undefined) return undefined;
    for (const other of others) {
      const { file, line } = router.at(["metadata", "name"]);
      this.problems.error(other, ["spec", "hosts"], `${host} already has limits in ${router.name} (${file}:${line})`);
    }
    const { localRateLimit, globalRateLimit } = router.spec;
    for (const field of FIELDS) {
      if (router.spec[field] === undefined || this.filters.has(MODULE)) continue;
      this.problems.error(router, ["spec", field], `needs the module http/${MODULE}.wasm, which is not there`);
    }
    const global = globalRateLimit && this.global(router, globalRateLimit, ["spec", "globalRateLimit"]);
    return {
      ...(localRateLimit && { local: this.buckets(router, localRateLimit, ["spec", "localRateLimit"]) }),
      ...(global && { global }),
    };
  }

  private buckets(router: Router, { tokenBucket, conditions = [] }: LocalRateLimitSpec, path: Path): TokenBucket[] {
    const conditional = conditions.map((condition, index) =>
      bucket(
        condition.tokenBucket,
        moduleMatchOf(router, condition.match, [...path, "conditions", index, "match"], this.problems),
      ),
    );
    return tokenBucket === undefined ? conditional : [...conditional, bucket(tokenBucket, [])];
  }

  private global(router: Router, spec: GlobalRateLimitSpec, path: Path): GlobalLimit | undefined {
    const [, port, , host = ""] = spec.rateLimitService.split("|");
    const callout = this.callouts.toGrpc(host, Number(port));
    const match = moduleMatchOf(router, spec.match, [...path, "match"], this.problems);
    if (callout === undefined) {
      this.problems.error(
        router,
        [...path, "rateLimitService"],
        `no ServiceEntry has the host ${host} and port ${port}`,
      );
      return undefined;
    }
    return {
      callout,
      match,
      domain: spec.domain,
      ...(spec.requestTimeout !== undefined && { timeout: Math.round(spec.requestTimeout) }),
      denyOnFail: spec.denyOnFail ?? false,
      descriptors: spec.descriptors.map(({ property, descriptorKey }) => ({ key: descriptorKey, attribute: property })),
    };
  }
}

function bucket({ maxTokens, tokensPerFill = 1, fillInterval }: TokenBucketSpec, match: AttributeMatch[]): TokenBucket {
  return { match, maxTokens, tokensPerFill, fillInterval: Math.round(fillInterval) };
}
