// SQLSTATE = 2 characters of a class, 3 of a condition; digits and capitals (postgresql.org/docs/current/errcodes-appendix.html)
import { Outcome, Slice } from "meltemi/assembly";

const LENGTH: i32 = 5;
const RADIX: i32 = 36;
/** One more than the last, ZZZZZ. */
const OTHER: i32 = 60466176;

// Of these classes the server itself is at fault: no connection, no room, an operator, its disk, its files, a defect.
const FAULTS: StaticArray<Slice> = [
  Slice.fixed("08"),
  Slice.fixed("53"),
  Slice.fixed("57"),
  Slice.fixed("58"),
  Slice.fixed("F0"),
  Slice.fixed("XX"),
];
/** `query_canceled`: by the client, or by the time that it has set. */
const CANCELED = Slice.fixed("57014");

/** A state by number; that of success, `00000`, is zero. */
export function numberOfState(state: Slice): i32 {
  if (state.length != LENGTH) return OTHER;
  let number = 0;
  for (let i = 0; i < LENGTH; i++) {
    const char = <i32>state.at(i);
    const isDigit = char >= 0x30 && char <= 0x39;
    if (!isDigit && (char < 0x41 || char > 0x5a)) return OTHER;
    number = number * RADIX + char - (isDigit ? 0x30 : 0x37);
  }
  return number;
}

/** The state of a number again. */
export function nameOfState(number: i32): string {
  return number < 0 || number >= OTHER ? "other" : number.toString(RADIX).toUpperCase().padStart(LENGTH, "0");
}

/** What an error with this state is to those who watch: the application's own, but where the server cannot serve. */
export function outcomeOfState(state: Slice): Outcome {
  if (state.equals(CANCELED)) return Outcome.BusinessError;
  for (let i = 0; i < FAULTS.length; i++) if (state.startsWith(unchecked(FAULTS[i]))) return Outcome.ServerError;
  return Outcome.BusinessError;
}
