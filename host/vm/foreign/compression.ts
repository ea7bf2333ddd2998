import { deflateSync, inflateSync } from "node:zlib";
import { Status } from "../abi.js";
import type { ForeignFunction } from "../services.js";

/** A few bytes can unpack to gigabytes. */
const MOST_UNPACKED = 256 << 20;

/** Bytes → a zlib stream. */
export const compress: ForeignFunction = (argument) => deflateSync(argument);

/** A zlib stream → bytes. */
export const uncompress: ForeignFunction = (argument) => {
  try {
    return inflateSync(argument, { maxOutputLength: MOST_UNPACKED });
  } catch {
    return Status.SerializationFailure;
  }
};
