// ErrorResponse = 'E', length u32, *( field u8, text cstring ), 0
import { Cause, Slice, Writer } from "meltemi/assembly";

/** SQLSTATE of a denial: insufficient_privilege. */
export const DENIED = Slice.fixed("42501");

const ERROR = Slice.fixed("ERROR");
const FATAL = Slice.fixed("FATAL");

/** Writes an ErrorResponse; a fatal one ends the session. */
export function writeError(out: Writer, fatal: bool, sqlState: Slice, message: Slice): void {
  out.u8(0x45);
  const start = out.reserve(4);
  field(out, 0x53, fatal ? FATAL : ERROR); // S, which may be translated
  field(out, 0x56, fatal ? FATAL : ERROR); // V, which is not
  field(out, 0x43, sqlState); // C
  field(out, 0x4d, message); // M
  out.u8(0);
  out.patchU32(start, out.length - start);
}

function field(out: Writer, type: u8, text: Slice): void {
  out.u8(type);
  // A zero byte would end the text early.
  for (let i = 0; i < text.length; i++) out.u8(text.at(i) == 0 ? 0x20 : text.at(i));
  out.u8(0);
}

const NO_DATABASE = Slice.fixed("3D000");
const CANNOT_CONNECT = Slice.fixed("08001");
const TIMEOUT = Slice.fixed("08006");
const BAD_AUTHORIZATION = Slice.fixed("28000");
const TOO_MANY = Slice.fixed("53300");
const TOO_LARGE = Slice.fixed("54000");
const SYSTEM_ERROR = Slice.fixed("58000");

/** The SQLSTATE of a session that ends for this cause. */
export function sqlStateOf(cause: Cause): Slice {
  if (cause == Cause.NoRoute) return NO_DATABASE;
  if (cause == Cause.Unavailable) return CANNOT_CONNECT;
  if (cause == Cause.Timeout) return TIMEOUT;
  if (cause == Cause.Denied) return BAD_AUTHORIZATION;
  if (cause == Cause.Limited) return TOO_MANY;
  return cause == Cause.TooLarge ? TOO_LARGE : SYSTEM_ERROR;
}
