import { MapType, Status } from "../abi.js";
import type { ReadableMap } from "../context.js";
import type { Header } from "../data.js";
import { AbiVersion } from "../module/index.js";
import { readPairs } from "../pairs.js";
import type { Vm } from "../vm.js";

const HIGHEST = MapType.HttpCallResponseTrailers;

/** Header, trailer and metadata maps. Names and values are bytes; names are looked up in ASCII lower case. */
export function headerCalls(vm: Vm) {
  /** Where a name is absent, 0.1.0 got an empty value. */
  const absent = (pointerOut: number, lengthOut: number): Status => {
    if (vm.abi !== AbiVersion.V0_1_0) return Status.NotFound;
    return vm.giveString("", pointerOut, lengthOut) ? Status.Ok : Status.InvalidMemoryAccess;
  };

  return {
    get_header_map_size(type: number, out: number): Status {
      if (type >>> 0 > HIGHEST) return Status.BadArgument;
      const map = vm.callee.writableMap(type);
      if (!map) return Status.BadArgument;
      return vm.memory.setU32(out, map.byteSize) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    get_header_map_pairs(type: number, pointerOut: number, lengthOut: number): Status {
      if (type >>> 0 > HIGHEST) return Status.BadArgument;
      const map = vm.callee.readableMap(type);
      return vm.givePairs(map ? listOf(map) : [], pointerOut, lengthOut) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    set_header_map_pairs(type: number, pointer: number, length: number): Status {
      if (type >>> 0 > HIGHEST) return Status.BadArgument;
      const context = vm.callee;
      const bytes = vm.memory.view(pointer, length);
      if (!bytes) return Status.InvalidMemoryAccess;
      const map = context.writableMap(type);
      if (!map) return Status.BadArgument;
      map.replaceAll(readPairs(bytes).map(([name, value]) => [nameIn(type, name), value] as const));
      context.headersChanged(type);
      return Status.Ok;
    },

    get_header_map_value(type: number, key: number, keyLength: number, pointerOut: number, lengthOut: number): Status {
      if (type >>> 0 > HIGHEST) return Status.BadArgument;
      const context = vm.callee;
      const name = vm.memory.byteString(key, keyLength);
      if (name === undefined) return Status.InvalidMemoryAccess;
      const map = context.readableMap(type);
      if (!map) return context.logging ? absent(pointerOut, lengthOut) : Status.BadArgument;
      const value = valueOfName(map, nameIn(type, name));
      if (value === undefined) return absent(pointerOut, lengthOut);
      return vm.giveString(value, pointerOut, lengthOut) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    add_header_map_value(type: number, key: number, keyLength: number, value: number, valueLength: number): Status {
      return change(vm, type, key, keyLength, value, valueLength, "add");
    },

    replace_header_map_value(type: number, key: number, keyLength: number, value: number, valueLength: number): Status {
      return change(vm, type, key, keyLength, value, valueLength, "replace");
    },

    remove_header_map_value(type: number, key: number, keyLength: number): Status {
      if (type >>> 0 > HIGHEST) return Status.BadArgument;
      const context = vm.callee;
      const name = vm.memory.byteString(key, keyLength);
      if (name === undefined) return Status.InvalidMemoryAccess;
      const map = context.writableMap(type);
      if (!map) return Status.BadArgument;
      map.remove(nameIn(type, name));
      context.headersChanged(type);
      return Status.Ok;
    },
  };
}

function change(
  vm: Vm,
  type: number,
  key: number,
  keyLength: number,
  at: number,
  length: number,
  how: "add" | "replace",
): Status {
  if (type >>> 0 > HIGHEST) return Status.BadArgument;
  const context = vm.callee;
  const given = vm.memory.byteString(key, keyLength);
  const value = vm.memory.byteString(at, length);
  if (given === undefined || value === undefined) return Status.InvalidMemoryAccess;
  const map = context.writableMap(type);
  if (!map) return Status.BadArgument;
  const name = nameIn(type, given);
  const before = name.startsWith(":") && how === "add" ? map.get(name) : undefined;
  // As Envoy: what is there once only takes more values behind a comma; what is replaced goes to the end.
  if (before !== undefined) map.set(name, `${before},${value}`);
  else {
    if (how === "replace") map.remove(name);
    map.add(name, value);
  }
  context.headersChanged(type);
  return Status.Ok;
}

function listOf(map: ReadableMap): readonly Header[] {
  return Array.isArray(map) ? map : [...map];
}

function valueOfName(map: ReadableMap, name: string): string | undefined {
  if ("get" in map) return map.get(name);
  return map.find(([own]) => own === name)?.[1];
}

/** A name as the map has it: in lower case, and a request's host where Envoy keeps it. */
function nameIn(type: MapType, name: string): string {
  const lower = lowerCase(name);
  return lower === "host" && type === MapType.HttpRequestHeaders ? ":authority" : lower;
}

/** ASCII only: bytes from 0x80 are no letters here. */
function lowerCase(name: string): string {
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (upper) => upper.toLowerCase()) : name;
}
