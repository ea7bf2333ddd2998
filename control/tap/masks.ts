/** An attribute whose name has one of these words in it is a secret: a codec reports `***` in its value's place. */
export const MASKED: readonly string[] = [
  "authorization",
  "password",
  "passwd",
  "secret",
  "token",
  "cookie",
  "credential",
  "api-key",
  "apikey",
  "api_key",
  "private-key",
  "session-id",
  "sessionid",
];
