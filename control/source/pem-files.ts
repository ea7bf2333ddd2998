import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type { ClientTlsSpec, ServerTlsSpec } from "./kinds/tls.js";
import { fieldPath, type Problem } from "./problem.js";
import type { Annotated, Rules } from "./rules.js";
import { serverTlsOf, TLS_ANNOTATION } from "./server-tls.js";

/** A file with certificates or a key, as a rule names it. */
interface Named {
  readonly path: string;
  readonly rule: Annotated;
  readonly field: readonly PropertyKey[];
}

/** Where a file is that a rule names: paths count from the folder of the rule's own file. */
export function pemPath(rule: Annotated, path: string): string {
  return isAbsolute(path) ? path : join(dirname(rule.at([]).file), path);
}

/** Reads the files that rules name, and puts them into the rules. One that cannot be read is an error where it is named. */
export async function withPemFiles(rules: Rules): Promise<{ rules: Rules; problems: Problem[] }> {
  const problems: Problem[] = [];
  const pemFiles = new Map<string, string>();
  const read = async ({ path, rule, field }: Named) => {
    try {
      pemFiles.set(path, await readFile(path, "utf8"));
    } catch (error) {
      const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      problems.push({ severity: "error", place: rule.at(field), field: fieldPath(field), message });
    }
  };
  await Promise.all(namedFiles(rules).map(read));
  return { rules: { ...rules, pemFiles: new Map([...pemFiles].sort()) }, problems };
}

/** The paths of all files that rules name. */
export function pemPaths(rules: Rules): string[] {
  return [...new Set(namedFiles(rules).map(({ path }) => path))].sort();
}

function namedFiles(rules: Rules): Named[] {
  const ofClients = rules.destinationRules.flatMap((rule) => {
    const { trafficPolicy: policy } = rule.spec;
    const ports = policy?.portLevelSettings ?? [];
    return [
      ...filesOf(rule, policy?.tls, ["spec", "trafficPolicy", "tls"]),
      ...ports.flatMap(({ tls }, index) =>
        filesOf(rule, tls, ["spec", "trafficPolicy", "portLevelSettings", index, "tls"]),
      ),
    ];
  });
  const ofServers = rules.serviceEntries.flatMap((entry) =>
    filesOf(entry, serverTlsOf(entry).spec).map((named) => ({
      ...named,
      field: ["metadata", "annotations", TLS_ANNOTATION],
    })),
  );
  return [...ofClients, ...ofServers];
}

function filesOf(
  rule: Annotated,
  spec: Partial<Omit<ClientTlsSpec, "mode"> & Omit<ServerTlsSpec, "mode">> | undefined,
  field: readonly PropertyKey[] = [],
): Named[] {
  const names = ["clientCertificate", "serverCertificate", "privateKey", "caCertificates"] as const;
  return names.flatMap((name) => {
    const path = spec?.[name];
    return path === undefined ? [] : [{ path: pemPath(rule, path), rule, field: [...field, name] }];
  });
}
