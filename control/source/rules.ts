import type {
  ApplicationProtocolSpec,
  AuthorizationPolicySpec,
  DestinationRuleSpec,
  DubboAuthorizationPolicySpec,
  IstioOperatorSpec,
  MetaRouterSpec,
  RedisDestinationSpec,
  RedisServiceSpec,
  RequestAuthenticationSpec,
  SecretSpec,
  ServiceEntrySpec,
  TelemetrySpec,
} from "./kinds/index.js";
import type { Place } from "./problem.js";

/** A document, but for what only its kind has. */
export interface Annotated {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Where a field stands, or the nearest thing around it that is there; the path is from the document's root. */
  at(path: readonly PropertyKey[]): Place;
}

/** One document of a user's, valid as far as it can be judged alone. */
export interface Resource<Spec> extends Annotated {
  readonly spec: Spec;
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
  readonly telemetries: readonly Resource<TelemetrySpec>[];
  /** Istio's installation, for what it says of logs and traces; at most one counts. */
  readonly istioOperators: readonly Resource<IstioOperatorSpec>[];
  readonly secrets: readonly Resource<SecretSpec>[];
  /** What the names in services that are resolved by DNS stand for now. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** What is in the files with certificates and keys that rules name, by their paths. */
  readonly pemFiles: ReadonlyMap<string, string>;
}
