/** A configuration that this host does not take: where in it, and why. Its message becomes the NACK. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(
    /** Field path from the resource on, in proto spelling: `filter_chains[0].filters[1].typed_config`. */
    readonly path: string,
    readonly reason: string,
  ) {
    super(path === "" ? reason : `${path}: ${reason}`);
  }
}
