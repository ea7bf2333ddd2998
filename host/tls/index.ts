export { channelSecurity } from "./channel.js";
export { type ClientHandshake, DownstreamTls } from "./downstream.js";
export { TLS_FIELDS } from "./fields.js";
export { type TlsIdentity, tlsProperty } from "./identity.js";
export type { SecretSource, WatchedSecret } from "./secrets.js";
export { type TlsAttempt, UpstreamTls } from "./upstream.js";
