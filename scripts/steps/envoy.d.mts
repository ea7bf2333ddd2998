/** The Envoy to use, without installing one; null where there is none. */
export function findEnvoy(): string | null;
/** The Envoy to use, installed where there is none yet; null where this machine cannot have one. */
export function envoy(): Promise<string | null>;
