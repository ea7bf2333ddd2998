import type {
  ApplicationProtocolSpec,
  AuthorizationPolicySpec,
  DestinationRuleSpec,
  DubboAuthorizationPolicySpec,
  MetaRouterSpec,
  RedisDestinationSpec,
  RedisServiceSpec,
  RequestAuthenticationSpec,
  SecretSpec,
  ServiceEntrySpec,
} from "./kinds/index.js";
import type { Place } from "./problem.js";

/** One document of a user's, valid as far as it can be judged alone. */
export interface Resource<Spec> {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Spec;
  /** Where a field stands, or the nearest thing around it that is there; the path is from the document's root. */
  at(path: readonly PropertyKey[]): Place;
}

/** Everything that the user's files say, in the order of file names and of documents in a file. */
export interface Rules {
  readonly metaRouters: readonly Resource<MetaRouterSpec>[];
  readonly applicationProtocols: readonly Resource<ApplicationProtocolSpec>[];
  readonly serviceEntries: readonly Resource<ServiceEntrySpec>[];
  readonly destinationRules: readonly Resource<DestinationRuleSpec>[];
  readonly redisServices: readonly Resource<RedisServiceSpec>[];
  readonly redisDestinations: readonly Resource<RedisDestinationSpec>[];
  readonly authorizationPolicies: readonly Resource<AuthorizationPolicySpec>[];
  readonly requestAuthentications: readonly Resource<RequestAuthenticationSpec>[];
  readonly dubboAuthorizationPolicies: readonly Resource<DubboAuthorizationPolicySpec>[];
  readonly secrets: readonly Resource<SecretSpec>[];
  /** What the names in services that are resolved by DNS stand for now. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
}
