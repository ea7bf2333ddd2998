import { Slice } from "../bytes";

const ATTRIBUTE = Slice.fixed("x-meltemi-a-");

const PREFIXES: StaticArray<Slice> = [
  Slice.fixed("x-envoy-"),
  Slice.fixed("x-meltemi-"),
  Slice.fixed("x-forwarded-"),
  Slice.fixed("grpc-"),
  Slice.fixed("proxy-"),
];

const NAMES: StaticArray<Slice> = [
  Slice.fixed("host"),
  Slice.fixed("connection"),
  Slice.fixed("keep-alive"),
  Slice.fixed("te"),
  Slice.fixed("trailer"),
  Slice.fixed("transfer-encoding"),
  Slice.fixed("upgrade"),
  Slice.fixed("content-length"),
  Slice.fixed("content-type"),
  Slice.fixed("content-encoding"),
  Slice.fixed("expect"),
  Slice.fixed("via"),
  Slice.fixed("date"),
  Slice.fixed("server"),
  Slice.fixed("cookie"),
  Slice.fixed("set-cookie"),
  Slice.fixed("x-request-id"),
  Slice.fixed("user-agent"),
  Slice.fixed("http2-settings"),
  Slice.fixed("location"),
  Slice.fixed("retry-after"),
  Slice.fixed("early-data"),
  Slice.fixed("alt-svc"),
];

/** For each first letter, whether any reserved name begins with it: most names are done after one look. */
const BEGINS: usize = memory.data(256);

for (let i = 0; i < PREFIXES.length; i++) store<u8>(BEGINS + <usize>PREFIXES[i].at(0), 1);
for (let i = 0; i < NAMES.length; i++) store<u8>(BEGINS + <usize>NAMES[i].at(0), 1);
store<u8>(BEGINS + 0x3a, 1);

/** True for header names (lower case) that HTTP or Envoy gives a meaning to: no attribute may bear one. */
export function isReserved(name: Slice): bool {
  if (name.length == 0) return true;
  const first = name.at(0);
  if (load<u8>(BEGINS + <usize>first) == 0) return false;
  if (first == 0x3a) return true;
  for (let i = 0; i < PREFIXES.length; i++) if (name.startsWith(unchecked(PREFIXES[i]))) return true;
  for (let i = 0; i < NAMES.length; i++) if (name.equals(unchecked(NAMES[i]))) return true;
  return false;
}

/** What the headers of attributes begin with whose names HTTP would not bear. */
export function escapedPrefix(): Slice {
  return ATTRIBUTE;
}
