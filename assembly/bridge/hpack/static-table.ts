import { Slice } from "../../bytes";

// RFC 7541, appendix A, one string for each entry; a space parts name and value.
const ENTRIES: StaticArray<string> = [
  ":authority",
  ":method GET",
  ":method POST",
  ":path /",
  ":path /index.html",
  ":scheme http",
  ":scheme https",
  ":status 200",
  ":status 204",
  ":status 206",
  ":status 304",
  ":status 400",
  ":status 404",
  ":status 500",
  "accept-charset",
  "accept-encoding gzip, deflate",
  "accept-language",
  "accept-ranges",
  "accept",
  "access-control-allow-origin",
  "age",
  "allow",
  "authorization",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-range",
  "content-type",
  "cookie",
  "date",
  "etag",
  "expect",
  "expires",
  "from",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "last-modified",
  "link",
  "location",
  "max-forwards",
  "proxy-authenticate",
  "proxy-authorization",
  "range",
  "referer",
  "refresh",
  "retry-after",
  "server",
  "set-cookie",
  "strict-transport-security",
  "transfer-encoding",
  "user-agent",
  "vary",
  "via",
  "www-authenticate",
];

/** How many entries the static table has; their indices start at 1. */
export const STATIC_COUNT: i32 = 61;

const NAMES = new StaticArray<Slice>(STATIC_COUNT);
const VALUES = new StaticArray<Slice>(STATIC_COUNT);

for (let i = 0; i < STATIC_COUNT; i++) {
  const entry = ENTRIES[i];
  const space = entry.indexOf(" ");
  NAMES[i] = Slice.fixed(space < 0 ? entry : entry.substring(0, space));
  VALUES[i] = Slice.fixed(space < 0 ? "" : entry.substring(space + 1));
}

export function staticName(index: i32): Slice {
  return unchecked(NAMES[index - 1]);
}

export function staticValue(index: i32): Slice {
  return unchecked(VALUES[index - 1]);
}
