import { z } from "zod";
import { text } from "./fields.js";

const values = z.array(text).optional();

const source = z.strictObject({
  principals: values,
  notPrincipals: values,
  namespaces: values,
  notNamespaces: values,
});

const operation = z.strictObject({
  interfaces: values,
  notInterfaces: values,
  methods: values,
  notMethods: values,
});

/** Aeraki's DubboAuthorizationPolicy: who may call what of its namespace's Dubbo services. */
export const dubboAuthorizationPolicy = z.strictObject({
  action: z.enum(["ALLOW", "DENY"]).optional(),
  rules: z
    .array(
      z.strictObject({
        from: z.array(z.strictObject({ source: source.optional() })).optional(),
        to: z.array(z.strictObject({ operation: operation.optional() })).optional(),
      }),
    )
    .optional(),
});

export type DubboAuthorizationPolicySpec = z.infer<typeof dubboAuthorizationPolicy>;
