import { Slice } from "meltemi/assembly";

export const SERVICE = Slice.fixed("service");
export const METHOD = Slice.fixed("method");
/** THeader, as fbthrift uses it: how long the caller waits, in milliseconds. */
export const CLIENT_TIMEOUT = Slice.fixed("client_timeout");

const COLON: u8 = 0x3a;

/** Where TMultiplexedProtocol has put the service before the method; -1 where it has not. */
export function colonIn(name: Slice): i32 {
  for (let i = 0; i < name.length; i++) if (name.at(i) == COLON) return i > 0 ? i : -1;
  return -1;
}


@inline
export function serviceIn(name: Slice, colon: i32): Slice {
  return Slice.view(name.ptr, colon);
}


@inline
export function methodIn(name: Slice, colon: i32): Slice {
  return Slice.view(name.ptr + <usize>(colon + 1), name.length - colon - 1);
}
