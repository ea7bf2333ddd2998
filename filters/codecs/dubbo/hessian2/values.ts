// The values of Hessian 2.0 (hessian.caucho.com/doc/hessian-serialization.html, section «Grammar»), here only passed
// over. By the first byte:
//   00-1f 30-33 52 53   string               80-bf c0-cf d0-d7 49       int
//   20-2f 34-37 41 42   binary               d8-ef f0-ff 38-3f 59 4c    long
//   4e 54 46            null true false      5b 5c 5d 5e 5f 44          double
//   4a 4b               date                 51 int                     reference
//   43 type int name*   class definition, before the object of the class; 4f int, 60-6f: object, its fields' values
//   48 (key value)* 5a  map                  4d type (key value)* 5a    map with a type
//   57 value* 5a        list                 55 type value* 5a          list with a type
//   58 int value*, 78-7f value*   list of a length       56 type int value*, 70-77 type value*   with a type
import { Cursor } from "./cursor";
import { isText, skipText } from "./text";

const END: u8 = 0x5a;
const CLASS: u8 = 0x43;
/** Values that are open at the same time. Java's own decoder runs out of stack long before. */
const MAX_DEPTH: i32 = 16384;
const MAX_CLASSES: i32 = 4096;
/** Where a value is open until its end mark. */
const OPEN: i32 = -1;

// No recursion: what is nested is a stack of how many values each level still wants.
let levels: StaticArray<i32> = new StaticArray<i32>(64);
let depth: i32 = 0;
let classes: StaticArray<i32> = new StaticArray<i32>(64);
let classCount: i32 = 0;

/** Class definitions number through one body, over all of its values. */
export function forgetClasses(): void {
  classCount = 0;
}

export function skipValues(input: Cursor, count: i32): void {
  depth = 0;
  enter(input, count);
  while (depth > 0 && input.ok) {
    const left = unchecked(levels[depth - 1]);
    if (left == 0) depth--;
    else if (left == OPEN && input.peek() == END) {
      input.skip(1);
      depth--;
    } else {
      if (left > 0) unchecked((levels[depth - 1] = left - 1));
      value(input);
    }
  }
}

function enter(input: Cursor, count: i32): void {
  if (count == 0) return;
  // A level that wants nothing more is not needed to come back to: a long linked list takes one level.
  if (depth > 0 && unchecked(levels[depth - 1]) == 0) depth--;
  if (count < OPEN || depth == MAX_DEPTH) return input.fail();
  if (depth == levels.length) levels = wider(levels);
  unchecked((levels[depth++] = count));
}

function value(input: Cursor): void {
  while (input.peek() == CLASS) defineClass(input);
  const tag = input.peek();
  if (isText(tag)) return skipText(input);
  input.skip(1);
  if (tag >= 0xf0) return input.skip(1); // long
  if (tag >= 0xd8) return; // long
  if (tag >= 0xd0) return input.skip(2); // int
  if (tag >= 0xc0) return input.skip(1); // int
  if (tag >= 0x80) return; // int
  if (tag >= 0x78) return enter(input, tag - 0x78);
  if (tag >= 0x70) return enterTyped(input, tag - 0x70);
  if (tag >= 0x60) return enterObject(input, tag - 0x60);
  if (tag < 0x30) return input.skip(tag - 0x20); // binary
  if (tag < 0x38) return input.skip(((<i32>(tag & 3)) << 8) | (<i32>input.u8())); // binary
  if (tag < 0x40) return input.skip(2); // long
  letter(input, tag);
}

function letter(input: Cursor, tag: u8): void {
  switch (tag) {
    case 0x46: // F
    case 0x4e: // N
    case 0x54: // T
    case 0x5b: // 0.0
    case 0x5c: // 1.0
      return;
    case 0x5d: // a double that is a byte
      return input.skip(1);
    case 0x5e: // a double that is a short
      return input.skip(2);
    case 0x49: // I
    case 0x4b: // K: a date in minutes
    case 0x59: // Y: a long of four bytes
    case 0x5f: // a double in thousandths
      return input.skip(4);
    case 0x44: // D
    case 0x4a: // J: a date
    case 0x4c: // L
      return input.skip(8);
    case 0x41: // A
    case 0x42: // B
      return skipBinary(input, tag);
    case 0x51: // Q
      readInt(input);
      return;
    case 0x4f: // O
      return enterObject(input, readInt(input));
    case 0x4d: // M
    case 0x55: // U
      return enterTyped(input, OPEN);
    case 0x48: // H
    case 0x57: // W
      return enter(input, OPEN);
    case 0x56: // V
      skipType(input);
      return enterList(input);
    case 0x58: // X
      return enterList(input);
    default:
      input.fail();
  }
}

function enterTyped(input: Cursor, count: i32): void {
  skipType(input);
  enter(input, count);
}

function enterList(input: Cursor): void {
  const count = readInt(input);
  if (count < 0) return input.fail();
  enter(input, count);
}

function enterObject(input: Cursor, index: i32): void {
  if (index < 0 || index >= classCount) return input.fail();
  enter(input, unchecked(classes[index]));
}

function defineClass(input: Cursor): void {
  input.skip(1);
  skipText(input);
  const fields = readInt(input);
  if (fields < 0 || classCount == MAX_CLASSES) return input.fail();
  for (let i = 0; i < fields && input.ok; i++) skipText(input);
  if (classCount == classes.length) classes = wider(classes);
  unchecked((classes[classCount++] = fields));
}

/** A type: its name, or the number of one that was named before. */
export function skipType(input: Cursor): void {
  if (isText(input.peek())) skipText(input);
  else readInt(input);
}

/** binary ::= x41 b1 b0 <data> binary | x42 b1 b0 <data> | [x20-x2f] <data> | [x34-x37] b0 <data> */
function skipBinary(input: Cursor, first: u8): void {
  let tag = first;
  while (tag == 0x41 && input.ok) {
    input.skip(input.u16());
    tag = input.u8();
  }
  if (tag == 0x42) input.skip(input.u16());
  else if (tag >= 0x20 && tag < 0x30) input.skip(tag - 0x20);
  else if ((tag & 0xfc) == 0x34) input.skip(((<i32>(tag & 3)) << 8) | (<i32>input.u8()));
  else input.fail();
}

/** int ::= [x80-xbf] | [xc0-xcf] b0 | [xd0-xd7] b1 b0 | x49 b3 b2 b1 b0 */
export function readInt(input: Cursor): i32 {
  const tag = <i32>input.u8();
  if (tag >= 0x80 && tag < 0xc0) return tag - 0x90;
  if (tag >= 0xc0 && tag < 0xd0) return ((tag - 0xc8) << 8) | (<i32>input.u8());
  if (tag >= 0xd0 && tag < 0xd8) return ((tag - 0xd4) << 16) | (<i32>input.u16());
  if (tag == 0x49) return <i32>input.u32();
  input.fail();
  return 0;
}

/** Whether an int or a long begins with this. */
export function isWhole(tag: u8): bool {
  if (tag >= 0x80) return true;
  return (tag & 0xf8) == 0x38 || tag == 0x49 || tag == 0x4c || tag == 0x59;
}

/** long ::= [xd8-xef] | [xf0-xff] b0 | [x38-x3f] b1 b0 | x59 b3 b2 b1 b0 | x4c b7 b6 b5 b4 b3 b2 b1 b0; or an int */
export function readWhole(input: Cursor): i64 {
  const tag = <i64>input.peek();
  if (tag == 0x49 || (tag >= 0x80 && tag < 0xd8)) return readInt(input);
  input.skip(1);
  if (tag >= 0xf0) return ((tag - 0xf8) << 8) | (<i64>input.u8());
  if (tag >= 0xd8) return tag - 0xe0;
  if (tag < 0x40) return ((tag - 0x3c) << 16) | (<i64>input.u16());
  return tag == 0x59 ? <i64>(<i32>input.u32()) : <i64>input.u64();
}

function wider(list: StaticArray<i32>): StaticArray<i32> {
  const grown = new StaticArray<i32>(list.length * 2);
  for (let i = 0; i < list.length; i++) unchecked((grown[i] = list[i]));
  return grown;
}
