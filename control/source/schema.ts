import type { z } from "zod";

type Schema = z.core.$ZodType;

/** The schemas that a schema stands for, without what is wrapped around them. */
function unwrap(schema: Schema): Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
      return unwrap(def.innerType);
    case "pipe":
      return unwrap(def.in);
    case "union":
      return def.options.flatMap(unwrap);
    default:
      return [schema];
  }
}

/** The schemas that may describe a field of what a schema describes. */
export function fieldSchemas(schema: Schema, step: PropertyKey): Schema[] {
  return unwrap(schema).flatMap((inner) => {
    const { def } = (inner as z.core.$ZodTypes)._zod;
    if (def.type === "array") return unwrap(def.element);
    if (def.type === "record") return unwrap(def.valueType);
    if (def.type !== "object") return [];
    const field = def.shape[String(step)];
    return field === undefined ? [] : unwrap(field);
  });
}

/** The names of the fields that may stand at a path. */
export function fieldNames(schema: Schema, path: readonly PropertyKey[]): string[] {
  let found = unwrap(schema);
  for (const step of path) found = found.flatMap((inner) => fieldSchemas(inner, step));
  return found.flatMap((inner) => {
    const { def } = (inner as z.core.$ZodTypes)._zod;
    return def.type === "object" ? Object.keys(def.shape) : [];
  });
}
