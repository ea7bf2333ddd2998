import { z } from "zod";
import { count, duration, ignored, later, port, text } from "./fields.js";
import { clientTls } from "./tls.js";

const NO_COOKIES = "only httpHeaderName (an attribute's name) and useSourceIp choose by hash";

const consistentHash = z.strictObject({
  /** The name of an attribute. */
  httpHeaderName: text.optional(),
  useSourceIp: z.boolean().optional(),
  httpCookie: later(NO_COOKIES),
  httpQueryParameterName: later(NO_COOKIES),
  minimumRingSize: count.optional(),
  ringHash: z.strictObject({ minimumRingSize: count.optional() }).optional(),
  maglev: later("a ring is used in its place"),
});

const SIMPLE = ["UNSPECIFIED", "ROUND_ROBIN", "LEAST_REQUEST", "LEAST_CONN", "RANDOM", "PASSTHROUGH"] as const;

/** Which localities' endpoints get which part, or which take the place of others; proxies say where they are themselves. */
const localitySetting = z
  .strictObject({
    enabled: z.boolean().optional(),
    distribute: z
      .array(z.strictObject({ from: text, to: z.record(text, z.number().int().min(0).max(100)) }))
      .min(1, "expected at least one distribution")
      .optional(),
    /** Regions. */
    failover: z
      .array(
        z
          .strictObject({ from: text, to: text })
          .refine(({ from, to }) => from !== to && !`${from}${to}`.includes("*"), {
            message: "expected two different regions, without stars",
          }),
      )
      .min(1, "expected at least one failover")
      .optional(),
    /** Names of labels, or `name=value`. */
    failoverPriority: z.array(text).min(1, "expected at least one label").optional(),
  })
  .refine(
    ({ distribute, failover, failoverPriority }) =>
      distribute === undefined || (failover ?? failoverPriority) === undefined,
    { message: "expected distribute, or failover and failoverPriority, found both" },
  );

const loadBalancer = z
  .strictObject({
    simple: z.enum(SIMPLE).optional(),
    consistentHash: consistentHash.optional(),
    localityLbSetting: localitySetting.optional(),
    warmupDurationSecs: later("new endpoints get their full share at once"),
    warmup: later("new endpoints get their full share at once"),
  })
  .refine(({ simple, consistentHash: hash }) => simple === undefined || hash === undefined, {
    message: "expected simple or consistentHash, found both",
  });

export const tcpSettings = z.strictObject({
  maxConnections: count.optional(),
  connectTimeout: duration.optional(),
  tcpKeepalive: later("the system's own keepalive is used"),
  maxConnectionDuration: later("connections are kept"),
  idleTimeout: later("connections are kept"),
});

const connectionPool = z.strictObject({
  tcp: tcpSettings.optional(),
  http: z
    .strictObject({
      http1MaxPendingRequests: count.optional(),
      http2MaxRequests: count.optional(),
      maxRequestsPerConnection: later("connections are kept"),
      /** How many requests of a cluster may be in their second and further tries at a time. */
      maxRetries: count.optional(),
      idleTimeout: later("connections are kept"),
      /** Whether connections to backends carry many requests at a time (UPGRADE) or one. */
      h2UpgradePolicy: z.enum(["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"]).optional(),
      useClientProtocol: ignored(),
      /** On one of those that carry many. */
      maxConcurrentStreams: count.optional(),
    })
    .optional(),
});

const outlierDetection = z.strictObject({
  consecutiveErrors: count.optional(),
  consecutive5xxErrors: count.optional(),
  consecutiveGatewayErrors: count.optional(),
  splitExternalLocalOriginErrors: z.boolean().optional(),
  consecutiveLocalOriginFailures: count.optional(),
  interval: duration.optional(),
  baseEjectionTime: duration.optional(),
  maxEjectionPercent: z.number().int().min(0).max(100).optional(),
  minHealthPercent: later("endpoints are ejected whatever the share of healthy ones"),
});

const settings = {
  loadBalancer: loadBalancer.optional(),
  connectionPool: connectionPool.optional(),
  outlierDetection: outlierDetection.optional(),
  tls: clientTls.optional(),
};

/** Of a cluster's requests so large a share may be in further tries at a time, or so many where that is more. */
const retryBudget = z.strictObject({
  percent: z.number().min(0).max(100).optional(),
  minRetryConcurrency: count.optional(),
});

/** What Istio's DestinationRule says for a host, a port or a subset. */
export const trafficPolicy = z.strictObject({
  ...settings,
  portLevelSettings: z.array(z.strictObject({ port: z.strictObject({ number: port }), ...settings })).optional(),
  tunnel: later("connections are made directly"),
  proxyProtocol: later("no PROXY header is sent"),
  retryBudget: retryBudget.optional(),
});

export type TrafficPolicySpec = z.infer<typeof trafficPolicy>;
export type PortPolicySpec = Omit<TrafficPolicySpec, "portLevelSettings" | "tunnel" | "proxyProtocol" | "retryBudget">;
export type LoadBalancerSpec = z.infer<typeof loadBalancer>;
export type OutlierDetectionSpec = z.infer<typeof outlierDetection>;
