import { Slice } from "meltemi/assembly";

/**
 * How many arguments a JVM descriptor declares (JVMS 4.3.2), or -1 where it is none: `I[Ljava/lang/String;` is two.
 */
export function countArguments(descriptor: Slice): i32 {
  let count = 0;
  let at = 0;
  const end = descriptor.length;
  while (at < end) {
    while (at < end && descriptor.at(at) == 0x5b) at++; // [
    if (at == end) return -1;
    const letter = descriptor.at(at++);
    if (letter == 0x4c) {
      while (at < end && descriptor.at(at) != 0x3b) at++; // L…;
      if (at == end) return -1;
      at++;
    } else if (!isPrimitive(letter)) return -1;
    count++;
  }
  return count;
}

/** One of BCDFIJSZV. */
function isPrimitive(letter: u8): bool {
  switch (letter) {
    case 0x42:
    case 0x43:
    case 0x44:
    case 0x46:
    case 0x49:
    case 0x4a:
    case 0x53:
    case 0x56:
    case 0x5a:
      return true;
    default:
      return false;
  }
}
