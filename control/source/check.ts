import { z } from "zod";
import type { Document } from "./document.js";
import { problemAt } from "./document.js";
import { explain } from "./explain.js";
import { KINDS, type Kind, type KindName } from "./kinds/index.js";
import { didYouMean } from "./nearest.js";
import { fieldPath, type Problem } from "./problem.js";
import type { Resource } from "./rules.js";
import { fieldNames, fieldSchemas } from "./schema.js";

/** A document that is one of the kinds, its spec as its kind's schema gives it. */
export type Checked = { [K in KindName]: Resource<z.infer<(typeof KINDS)[K]["spec"]>> & { kind: K } }[KindName];

const metadata = z.looseObject({
  name: z.string().min(1, "expected a name"),
  namespace: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

/** Judges one document by itself. Without a resource it is either wrong or of no concern; the problems say which. */
export function check(document: Document): { resource?: Checked; problems: Problem[] } {
  const kind = kindOf(document);
  if (typeof kind !== "string") return { problems: [kind] };
  const { spec, atRoot = false }: Kind = KINDS[kind];
  const schema = z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata,
    ...(atRoot ? spec.shape : { spec, status: z.unknown().optional() }),
  });
  const result = schema.safeParse(document.value);
  if (!result.success) return { problems: result.error.issues.flatMap((issue) => toProblems(document, schema, issue)) };
  const fields: Record<string, unknown> = result.data;
  const { name, namespace, annotations } = result.data.metadata;
  const resource = {
    kind,
    name,
    namespace: namespace ?? "default",
    annotations: annotations ?? {},
    spec: atRoot ? fields : fields["spec"],
    at: (path: readonly PropertyKey[]) => document.at(path),
  } as Checked;
  return { resource, problems: oncePerField([...unenforced(document, schema, document.value, [])]) };
}

/** The document's kind, or why it is not looked at. */
function kindOf(document: Document): KindName | Problem {
  const value = document.value;
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return problemAt(document, "error", [], "expected a map with apiVersion, kind, metadata and spec");
  }
  const { apiVersion, kind } = value as Record<string, unknown>;
  if (typeof kind !== "string")
    return problemAt(document, "error", ["kind"], `required: expected ${Object.keys(KINDS).join(", ")}`);
  if (typeof apiVersion !== "string") return problemAt(document, "error", ["apiVersion"], "required: expected a text");
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind as KindName] : undefined;
  if (known === undefined || known.group !== group) {
    const hint = known === undefined ? didYouMean(kind, Object.keys(KINDS)) : `; did you mean ${versionsOf(known)[0]}?`;
    return problemAt(document, "warning", ["kind"], `${apiVersion} ${kind} is not read by Meltemi: skipped${hint}`);
  }
  if (!(known.versions as readonly string[]).includes(version)) {
    const versions = versionsOf(known).join(", ");
    return problemAt(document, "error", ["apiVersion"], `expected ${versions}, found ${JSON.stringify(apiVersion)}`);
  }
  return kind as KindName;
}

/** The values of apiVersion that a kind may have. */
function versionsOf({ group, versions }: Kind): string[] {
  return versions.map((version) => (group === "" ? version : `${group}/${version}`));
}

function toProblems(document: Document, schema: z.ZodType, issue: z.core.$ZodIssue): Problem[] {
  if (issue.code === "unrecognized_keys") {
    const names = fieldNames(schema, issue.path);
    return issue.keys.map((key) => ({
      severity: "error",
      place: document.atKey([...issue.path, key]),
      field: fieldPath([...issue.path, key]),
      message: `unknown field${didYouMean(key, names) || `; expected ${names.join(", ")}`}`,
    }));
  }
  const found = issue.path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step],
    document.value,
  );
  return [problemAt(document, "error", issue.path, explain(issue, found))];
}

/** Warnings for fields that are known and have no effect yet. */
function* unenforced(
  document: Document,
  schema: z.core.$ZodType,
  value: unknown,
  path: PropertyKey[],
): Generator<Problem> {
  if (value === null || typeof value !== "object") return;
  const steps: PropertyKey[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  for (const step of steps) {
    const field = (value as Record<PropertyKey, unknown>)[step];
    for (const inner of fitting(fieldSchemas(schema, step), field)) {
      const what = z.globalRegistry.get(inner)?.["later"];
      if (typeof what === "string") {
        const at = [...path, step];
        yield {
          severity: "warning",
          place: document.atKey(at),
          field: fieldPath(at),
          message: `not enforced yet: ${what}`,
        };
      } else yield* unenforced(document, inner, field, [...path, step]);
    }
  }
}

/** What a hundred endpoints have in common is said once, with the first of them. */
function oncePerField(warnings: readonly Problem[]): Problem[] {
  const byField = new Map<string, { first: Problem; count: number }>();
  for (const warning of warnings) {
    const field = warning.field.replaceAll(/\[\d+\]/g, "[]");
    const known = byField.get(field);
    if (known === undefined) byField.set(field, { first: warning, count: 1 });
    else known.count += 1;
  }
  return [...byField.values()].map(({ first, count }) =>
    count === 1 ? first : { ...first, message: `${first.message} (${count} times in this document)` },
  );
}

/** Of several forms of a field, the first that its value has. */
function fitting(schemas: z.core.$ZodType[], value: unknown): z.core.$ZodType[] {
  return schemas.length < 2 ? schemas : schemas.filter((schema) => z.safeParse(schema, value).success).slice(0, 1);
}
