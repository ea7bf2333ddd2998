import { Slice } from "../bytes";

const ATTRIBUTE = Slice.fixed("x-meltemi-a-");

// Everything reserved, by its first letter: a name that ends in "-" stands for all that begin with it.
const RESERVED: StaticArray<string> = [
  "alt-svc",
  "connection content-length content-type content-encoding cookie",
  "date",
  "expect early-data",
  "grpc-",
  "host http2-settings",
  "keep-alive",
  "location",
  "proxy-",
  "retry-after",
  "server set-cookie",
  "te trailer transfer-encoding",
  "upgrade user-agent",
  "via",
  "x-envoy- x-meltemi- x-forwarded- x-request-id",
];

const MOST_OF_A_LETTER: i32 = 5;
const COLON: u8 = 0x3a;
const DASH: u8 = 0x2d;

/** For each first letter, the names: so many slots each, zero behind the last. */
const BY_LETTER: usize = memory.data(256 * MOST_OF_A_LETTER * sizeof<usize>());

for (let i = 0; i < RESERVED.length; i++) {
  const names = RESERVED[i].split(" ");
  for (let j = 0; j < names.length; j++) {
    const name = Slice.fixed(names[j]);
    store<usize>(slot(name.at(0), j), changetype<usize>(name));
  }
}

/** True for header names (lower case) that HTTP or Envoy gives a meaning to: no attribute may bear one. */
export function isReserved(name: Slice): bool {
  if (name.length == 0) return true;
  const first = name.at(0);
  if (first == COLON) return true;
  for (let i = 0; i < MOST_OF_A_LETTER; i++) {
    const found = load<usize>(slot(first, i));
    if (found == 0) return false;
    const reserved = changetype<Slice>(found);
    const isPrefix = reserved.at(reserved.length - 1) == DASH;
    if (isPrefix ? name.startsWith(reserved) : name.equals(reserved)) return true;
  }
  return false;
}

/** What the headers of attributes begin with whose names HTTP would not bear. */
export function escapedPrefix(): Slice {
  return ATTRIBUTE;
}


@inline
function slot(letter: u8, index: i32): usize {
  return BY_LETTER + (<usize>letter * MOST_OF_A_LETTER + <usize>index) * sizeof<usize>();
}
