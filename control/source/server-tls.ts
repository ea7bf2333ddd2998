import { explain } from "./explain.js";
import { type ServerTlsSpec, serverTls } from "./kinds/tls.js";
import { fieldPath } from "./problem.js";
import type { Annotated } from "./rules.js";

/** On a ServiceEntry: how clients speak to its ports, in JSON. */
export const TLS_ANNOTATION = "meltemi.dev/tls";

/** What the annotation says, or what is wrong with it; nothing where it is not there. */
export function serverTlsOf({ annotations }: Annotated): { spec?: ServerTlsSpec; problem?: string } {
  const text = annotations[TLS_ANNOTATION];
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `expected an object in JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const result = serverTls.safeParse(value);
  if (result.success) return { spec: result.data };
  const told = result.error.issues.map((issue) => {
    const at = fieldPath(issue.path);
    if (issue.code === "unrecognized_keys") return `unknown ${issue.keys.join(", ")}`;
    const found = issue.path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown>)?.[step], value);
    return `${at === "" ? "" : `${at}: `}${issue.path.length === 0 ? issue.message : explain(issue, found)}`;
  });
  return { problem: told.join("; ") };
}
