import { Slice } from "meltemi/assembly";

/**
 * What keys are spread by: what stands between the first `{` and the next `}`, where that is anything, else the whole key
 * (redis.io, «Redis cluster specification»: hash tags).
 */
export function shardOf(key: Slice): Slice {
  let open = 0;
  while (open < key.length && key.at(open) != 0x7b) open++;
  let close = open + 1;
  while (close < key.length && key.at(close) != 0x7d) close++;
  if (close >= key.length || close == open + 1) return key;
  return Slice.view(key.ptr + <usize>(open + 1), close - open - 1);
}
