import { proxy_get_current_time_nanoseconds, proxy_set_tick_period_milliseconds, RESULT, Status } from "../abi";

/** Nanoseconds since 1970. */
export function currentTimeNanoseconds(): u64 {
  return proxy_get_current_time_nanoseconds(RESULT) == Status.Ok ? load<u64>(RESULT) : 0;
}

/** Calls the root context's `onTick` every so many milliseconds; zero stops it. From a root context's callback. */
export function setTickPeriod(milliseconds: u32): Status {
  return proxy_set_tick_period_milliseconds(milliseconds);
}
