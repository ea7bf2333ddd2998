import { z } from "zod";
import { refused, text } from "./fields.js";

const values = z.array(text).optional();

const BY_NAME_ONLY = "expected no addresses: callers are known by their certificates";

const source = z.strictObject({
  principals: values,
  notPrincipals: values,
  namespaces: values,
  notNamespaces: values,
  ipBlocks: refused(BY_NAME_ONLY),
  notIpBlocks: refused(BY_NAME_ONLY),
  remoteIpBlocks: refused(BY_NAME_ONLY),
  notRemoteIpBlocks: refused(BY_NAME_ONLY),
});

const ONE_PORT = "expected no ports: name the service in targetRefs";

const operation = z.strictObject({
  hosts: values,
  notHosts: values,
  methods: values,
  notMethods: values,
  paths: values,
  notPaths: values,
  ports: refused(ONE_PORT),
  notPorts: refused(ONE_PORT),
  /** Meltemi's: what a protocol calls its service and its operation, whatever the path is. */
  services: values,
  notServices: values,
  operations: values,
  notOperations: values,
});

const condition = z
  .strictObject({
    key: z.string().regex(/^request\.headers\[[^\]]+\]$/, "expected request.headers[<attribute>]"),
    values,
    notValues: values,
  })
  .refine(
    ({ values: some, notValues: none }) => some !== undefined || none !== undefined,
    "expected values, notValues, or both",
  );

/** A rule of Istio's AuthorizationPolicy, which names attributes where HTTP has headers. */
const accessRule = z.strictObject({
  from: z.array(z.strictObject({ source })).optional(),
  to: z.array(z.strictObject({ operation })).optional(),
  when: z.array(condition).optional(),
});

/** What decides, in AuthorizationPolicies and in routes. */
export const accessDecision = {
  action: z.enum(["ALLOW", "DENY"]).optional(),
  rules: z.array(accessRule).optional(),
} as const;

/** Meltemi's, of one route: as an AuthorizationPolicy, for what takes the route. */
export const routeAccess = z.strictObject({
  ...accessDecision,
  name: text.optional(),
  /** It only counts. */
  shadow: z.boolean().optional(),
});

export type AccessRuleSpec = z.infer<typeof accessRule>;
export type RouteAccessSpec = z.infer<typeof routeAccess>;
