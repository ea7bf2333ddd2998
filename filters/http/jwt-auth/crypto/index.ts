export { decodeBase64Url } from "./base64url";
export { ecPublicKey, ecSignature, rsaPublicKey } from "./der";
export { hmacSha256, sameSecretly } from "./hmac";
export { verifySignature } from "./signature";
