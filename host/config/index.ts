export { parseBootstrap } from "./bootstrap.js";
export { ConfigError } from "./config-error.js";
export { type Extension, openExtension, typeNameOf } from "./extension.js";
export { checkSupported, type SupportedFields } from "./supported.js";
export { dataSource, durationMs, hostPort, tcpAddress } from "./values.js";
